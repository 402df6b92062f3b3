import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';

export interface PsqlRan {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** `psql` as somebody runs it who has no settings of their own. */
export function psql(url: string, ...args: string[]): Promise<PsqlRan> {
  return new Promise((resolve) => {
    execFile('psql', ['-X', '-d', url, ...args], (error, out, err) => {
      resolve({ exit: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

/** A database of its own on the server of the tests. */
export async function temporaryDatabase(): Promise<{ readonly url: URL; remove(): Promise<void> }> {
  const server = process.env['OFFRAMP_TEST_DATABASE_URL'];
  if (server === undefined) throw new Error('Set OFFRAMP_TEST_DATABASE_URL to a Postgres server, or run `npm test`');
  const name = `offramp_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  const run = async (sql: string): Promise<void> => {
    const { exit, err } = await psql(server, '-c', sql);
    if (exit !== 0) throw new Error(err);
  };
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url, remove: () => run(`DROP DATABASE ${name} WITH (FORCE)`) };
}
