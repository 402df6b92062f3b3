import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

/** A database of its own on the server of the tests. */
export interface TemporaryDatabase {
  readonly url: string;
  remove(): Promise<void>;
}

/** By `psql`, which stands beside every server of a test, because only the read models may speak to Postgres themselves. */
export async function temporaryDatabase(): Promise<TemporaryDatabase> {
  const server = process.env['OFFRAMP_TEST_DATABASE_URL'];
  if (server === undefined) throw new Error('Set OFFRAMP_TEST_DATABASE_URL to a Postgres server, or run `npm test`');
  const name = `offramp_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  const run = (sql: string) => promisify(execFile)('psql', ['-q', '-d', server, '-c', sql]);
  await run(`CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, remove: async () => void (await run(`DROP DATABASE ${name} WITH (FORCE)`)) };
}
