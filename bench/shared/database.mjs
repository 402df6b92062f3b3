/** Databases of their own on the Postgres server of the tests. */
import pg from 'pg';

const SERVER = process.env.OFFRAMP_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

export async function connected(url = SERVER) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  await client.connect();
  return client;
}

export async function isThereAServer() {
  try {
    await (await connected()).end();
    return true;
  } catch {
    return false;
  }
}

/** Calls `work` with the address of an empty database, which is gone afterwards unless it is to be kept. */
export async function onNewDatabase(work, { keep = false } = {}) {
  const name = `offramp_bench_${process.pid}`;
  const server = await connected();
  await server.query(`CREATE DATABASE ${name}`);
  const url = new URL(SERVER);
  url.pathname = `/${name}`;
  try {
    return await work(url.href);
  } finally {
    if (keep) process.stdout.write(`Kept: --on=${url.href}\n`);
    else await server.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await server.end();
  }
}
