import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { cp, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { Database } from '../database/database.js';
import { openEmbedded } from '../database/embedded.js';
import type { DatabasePlace } from '../database/open-database.js';
import { allProjections, tablesOf } from '../projections/all.js';
import { TABLES_SCHEMA } from '../migrations/schema.js';
import { PARKED_TABLES } from '../rebuild/other-tables.js';

/** An empty place for read models, and what removes it. */
export interface TestPlace<Place extends DatabasePlace = DatabasePlace> {
  readonly place: Place;
  remove(): Promise<void>;
}

/** A directory of its own, with a copy of a database that was initialised once on this machine: that takes seconds. */
export async function embeddedPlace(): Promise<TestPlace<{ dataDir: string }>> {
  const dataDir = await mkdtemp(join(tmpdir(), 'offramp-read-models-'));
  await cp(await initialised(), dataDir, { recursive: true });
  return { place: { dataDir }, remove: () => rm(dataDir, { recursive: true, force: true }) };
}

const CACHE = fileURLToPath(new URL('../../../../node_modules/.cache/offramp', import.meta.url));
const { dependencies } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  dependencies: Readonly<Record<string, string>>;
};

async function initialised(): Promise<string> {
  const directory = join(CACHE, `pglite-${dependencies['@electric-sql/pglite']}`);
  if (existsSync(directory)) return directory;
  await mkdir(CACHE, { recursive: true });
  const unfinished = await mkdtemp(`${directory}-`);
  const embedded = await openEmbedded(join(unfinished, 'postgres'));
  await embedded.close();
  // Another suite may have been quicker; then its copy is as good.
  await rename(unfinished, directory).catch(() => rm(unfinished, { recursive: true }));
  return directory;
}

/** A database of its own on the server of the tests. */
export async function serverPlace(): Promise<TestPlace<{ url: string }>> {
  const server = process.env['OFFRAMP_TEST_DATABASE_URL'];
  if (server === undefined) throw new Error('Set OFFRAMP_TEST_DATABASE_URL to a Postgres server, or run `npm test`');
  const name = `offramp_test_${process.pid}_${randomBytes(4).toString('hex')}`;
  await onServer(server, `CREATE DATABASE ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return {
    place: { url: url.href },
    remove: async () => {
      await onServer(server, `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** One statement over a connection of its own, beside the library. */
export async function onServer(url: string, sql: string): Promise<readonly Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

const WRITTEN = [
  ...tablesOf(allProjections(0)).map(({ name }) => name),
  'cursors',
  'contents',
  'forgotten',
  ...PARKED_TABLES,
  'parked_contents',
  'parked_content_threads',
];

/** Removes all rows, and keeps the schema. TRUNCATE would make new files for every table and index: far slower here. */
export async function empty(database: Database): Promise<void> {
  const deletes = WRITTEN.map((name, at) => `d${at} AS (DELETE FROM ${TABLES_SCHEMA}.${name})`);
  await database.run(`WITH ${deletes.join(', ')} SELECT 1`);
}
