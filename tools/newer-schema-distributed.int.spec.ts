/*
 * The same as `newer-schema.int.spec.ts` of the processes that open the read models of a server, and of the command line.
 *
 * @requires kafka
 * @requires postgres
 */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type TemporaryKafkaLog, openTemporaryKafkaLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import pg from 'pg';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const SERVER = process.env['OFFRAMP_TEST_DATABASE_URL'] ?? 'postgres://postgres@127.0.0.1:5432/postgres';
const main = (app: string) => join(root, 'apps', app, 'dist', 'main.js');

let dataDir: string;
let database: string;
let url: string;
let temporary: TemporaryKafkaLog;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-newer-'));
  temporary = await openTemporaryKafkaLog();
  database = `offramp_newer_${randomBytes(6).toString('hex')}`;
  await on(SERVER, `CREATE DATABASE ${database}`);
  const place = new URL(SERVER);
  place.pathname = `/${database}`;
  url = place.href;
  await (await openReadModels({ url })).close();
  await on(url, `INSERT INTO offramp_v1.migrations ("timestamp", name) VALUES (9, 'Tomorrow9')`);
}, 60_000);

afterAll(async () => {
  await on(SERVER, `DROP DATABASE ${database} WITH (FORCE)`);
  await temporary.destroy();
  rmSync(dataDir, { recursive: true, force: true });
});

async function on(server: string, sql: string): Promise<readonly unknown[]> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  try {
    return (await client.query(sql)).rows as unknown[];
  } finally {
    await client.end();
  }
}

async function run(command: readonly string[]): Promise<{ code: number; said: string }> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('OFFRAMP_'));
  const { brokers, topicPrefix } = temporary.options;
  const own = {
    ...{ OFFRAMP_DATA: dataDir, OFFRAMP_PORT: '0', OFFRAMP_LOG_LEVEL: 'warn', OFFRAMP_DATABASE_URL: url },
    ...{ OFFRAMP_KAFKA_BROKERS: brokers.join(','), OFFRAMP_TOPIC_PREFIX: topicPrefix },
  };
  return new Promise((resolve) => {
    execFile(process.execPath, [...command], { env: { ...Object.fromEntries(clean), ...own } }, (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), said: out + err });
    });
  });
}

it.each([
  ['the projector', [main('projector')]],
  ['the console', [main('console')]],
  ['offramp rebuild', [main('cli'), 'rebuild', '--status']],
  ['offramp dead ls', [main('cli'), 'dead', 'ls']],
])(
  '%s refuses it, and names what it does not know',
  async (_name, command) => {
    const { code, said } = await run(command);
    expect([code, said]).toEqual([3, expect.stringContaining('newer version of Offramp (unknown here: Tomorrow9)')]);
  },
  60_000,
);

it('is left as it is', async () => {
  const names = await on(url, 'SELECT name FROM offramp_v1.migrations ORDER BY id');
  expect(names.at(-1)).toEqual({ name: 'Tomorrow9' });
});
