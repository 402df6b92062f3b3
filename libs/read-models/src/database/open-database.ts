import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg, { type Pool } from 'pg';
import type { DataSource, DataSourceOptions } from 'typeorm';
import { FirstSchema1763942400000 } from '../migrations/0001-first-schema.js';
import { Rebuilds1764201600000 } from '../migrations/0002-rebuilds.js';
import { ParkedThreads1764201700000 } from '../migrations/0003-parked-threads.js';
import { ParkedContents1764201800000 } from '../migrations/0004-parked-contents.js';
import { DecisionIndexes1764201900000 } from '../migrations/0005-decision-indexes.js';
import { HalfFullPages1764202000000 } from '../migrations/0006-half-full-pages.js';
import { ThumbsOfOneThread1764202100000 } from '../migrations/0007-thumbs-of-one-thread.js';
import { TABLES_SCHEMA } from '../migrations/schema.js';
import { prepareAnalystRole } from '../analysts/analyst-role.js';
import type { Expendable } from '../analysts/analyst-sql.js';
import { type Database, createDatabase } from './database.js';
import { type Embedded, openEmbedded } from './embedded.js';
import { ReadModelsError, SchemaTooNew, asFailure, isRetriable } from './failure.js';

export interface OpenDatabase {
  readonly database: Database;
  /** Runs what may take for ever within a time. On a server, its own limit does that. */
  readonly expendable: Expendable;
  /** Resolves with the reason when the database is gone for good. Never rejects. */
  readonly failed: Promise<Error>;
  close(): Promise<void>;
}

export interface ServerPlace {
  /** `postgres://user:password@host:port/database`. */
  readonly url: string;
  /** Default 10. */
  readonly connections?: number;
  /** How long a transaction may stand still before the server rolls it back, ms. Default 10,000. */
  readonly standstillMsMax?: number;
}

export type DatabasePlace =
  | ServerPlace
  /** The database lives in `<dataDir>/postgres`. One process at a time. */
  | { readonly dataDir: string };

const MIGRATIONS = [
  FirstSchema1763942400000,
  Rebuilds1764201600000,
  ParkedThreads1764201700000,
  ParkedContents1764201800000,
  DecisionIndexes1764201900000,
  HalfFullPages1764202000000,
  ThumbsOfOneThread1764202100000,
];
const CONNECTIONS = 10;
const CONNECT_MS_MAX = 10_000;
/** A process that hangs in a transaction holds its rows, and whoever takes its partition over would wait for ever. */
const STANDSTILL_MS_MAX = 10_000;
/** Any constant: held while migrating, so that two processes that start together do it one after the other. */
const MIGRATION_LOCK = 84_208_420;

/** On a server, without a look at it: it is asked for the first time with the first question. */
export function lazyDatabase({
  url,
  connections = CONNECTIONS,
  standstillMsMax = STANDSTILL_MS_MAX,
}: ServerPlace): Pick<OpenDatabase, 'database' | 'expendable' | 'close'> {
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    connectionTimeoutMillis: CONNECT_MS_MAX,
    options: sessionOf(standstillMsMax),
  });
  // An idle connection that breaks is replaced at the next query; unheard, the event would end the process.
  pool.on('error', () => undefined);
  return {
    database: createDatabase(pool, 'server'),
    expendable: (work) => work(() => undefined),
    close: () => pool.end(),
  };
}

/**
 * The embedded database as it is, for a look: nothing is brought up to date. undefined: there is none yet. Throws `SchemaTooNew`
 * where a newer program was here, and `ReadModelsError` where only an older one was.
 */
export async function openAtRest(dataDir: string): Promise<Pick<OpenDatabase, 'database' | 'close'> | undefined> {
  const directory = join(dataDir, 'postgres');
  if (!existsSync(directory)) return undefined;
  const embedded = await openEmbedded(directory);
  const pool = new pg.Pool({ user: 'postgres', database: 'postgres', max: 1, stream: () => embedded.connect() });
  const close = async () => {
    await pool.end();
    await embedded.close();
  };
  try {
    const database = createDatabase(pool, 'embedded');
    if ((await migrationsLeft((sql) => database.query(sql))) === 0) return { database, close };
    throw new ReadModelsError('An older version of Offramp has made these read models: start this one once', false);
  } catch (error) {
    await close();
    throw error;
  }
}

export async function openDatabase(place: DatabasePlace): Promise<OpenDatabase> {
  if ('url' in place) return openServer(place);
  const [embedded] = await Promise.all([openEmbedded(join(place.dataDir, 'postgres')), loadTypeOrm()]);
  try {
    const source = await openSource(embeddedOptions(embedded), (opened) => migrate(opened, 'embedded'));
    return {
      database: createDatabase(poolOf(source), 'embedded'),
      expendable: embedded.expendable,
      failed: embedded.died,
      close: async () => {
        await source.destroy();
        await embedded.close();
      },
    };
  } catch (error) {
    await embedded.close();
    throw error;
  }
}

async function openServer({
  url,
  connections = CONNECTIONS,
  standstillMsMax = STANDSTILL_MS_MAX,
}: ServerPlace): Promise<OpenDatabase> {
  const extra = { connectionTimeoutMillis: CONNECT_MS_MAX, options: sessionOf(standstillMsMax) };
  const source = await openSource({ ...COMMON, url, poolSize: connections, extra }, (opened) =>
    migrateAlone(opened, url),
  );
  return {
    database: createDatabase(poolOf(source), 'server'),
    expendable: (work) => work(() => undefined),
    // A server that goes away comes back: that is for the caller's retries, not an end.
    failed: new Promise(() => {}),
    close: () => source.destroy(),
  };
}

/**
 * Rows are read as the texts of the server and written back: they have to mean the same whatever its settings are. A statement is
 * run once as it is planned, for some rows: compiling it, which a server does where it expects many, takes longer than the rest.
 */
const SESSION = '-c timezone=UTC -c datestyle=ISO -c jit=off';

function sessionOf(standstillMsMax: number): string {
  return `${SESSION} -c idle_in_transaction_session_timeout=${standstillMsMax}`;
}

const COMMON = {
  type: 'postgres',
  synchronize: false,
  logging: false,
  installExtensions: false,
  schema: TABLES_SCHEMA,
  migrations: MIGRATIONS,
  migrationsTableName: 'migrations',
  migrationsTransactionMode: 'each',
} as const satisfies Partial<DataSourceOptions>;

/** One connection that is kept: PGlite is one session, and messages of two would interleave in it. */
function embeddedOptions(embedded: Embedded): DataSourceOptions {
  return {
    ...COMMON,
    host: 'embedded',
    username: 'postgres',
    database: 'postgres',
    poolSize: 1,
    extra: { stream: () => embedded.connect(), idleTimeoutMillis: 0 },
  };
}

/** A source that cannot be used is closed again: the embedded database waits for its connections. */
async function openSource(
  options: DataSourceOptions,
  prepare: (source: DataSource) => Promise<void>,
): Promise<DataSource> {
  const source = await connect(options);
  try {
    await prepare(source);
    return source;
  } catch (error) {
    await source.destroy();
    throw asFailure(error);
  }
}

/** Its three hundred files are read while the embedded database opens in its thread, and not before that has begun. */
const loadTypeOrm = () => import('typeorm');

async function connect(options: DataSourceOptions): Promise<DataSource> {
  try {
    const { DataSource: Source } = await loadTypeOrm();
    const source = await new Source(options).initialize();
    // An idle connection that breaks is replaced at the next query; unheard, the event would end the process.
    poolOf(source).on('error', () => {});
    return source;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ReadModelsError(`The database cannot be opened: ${why}`, isRetriable(cause), { cause });
  }
}

/** Its own connection holds the lock: the pool may have no other one. */
async function migrateAlone(source: DataSource, url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS_MAX });
  client.on('error', () => {}); // Told by the call that fails.
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await migrate(source, 'server');
  } finally {
    // The server gives the lock back with the connection.
    await client.end().catch(() => {});
  }
}

async function migrate(source: DataSource, kind: Database['kind']): Promise<void> {
  await source.query(`CREATE SCHEMA IF NOT EXISTS ${TABLES_SCHEMA}`);
  await migrationsLeft((sql) => source.query(sql));
  await source.runMigrations();
  await prepareAnalystRole({ query: (sql) => source.query(sql) }, kind);
}

/** How many of this program's migrations were not done here yet. Throws `SchemaTooNew` where one was done that it does not know. */
async function migrationsLeft(query: (sql: string) => Promise<object[]>): Promise<number> {
  const [found] = (await query(`SELECT to_regclass('${TABLES_SCHEMA}.migrations') IS NOT NULL AS there`)) as {
    there: boolean;
  }[];
  if (found?.there !== true) return MIGRATIONS.length;
  const known = new Set<string>(MIGRATIONS.map((migration) => migration.name));
  const done = (await query(`SELECT name FROM ${TABLES_SCHEMA}.migrations ORDER BY id`)) as { name: string }[];
  const unknown = done.map(({ name }) => name).filter((name) => !known.has(name));
  if (unknown.length > 0) throw new SchemaTooNew(unknown);
  return MIGRATIONS.length - done.length;
}

/** The hot paths speak to `pg` itself: TypeORM's own query methods cannot return rows as arrays. */
function poolOf(source: DataSource): Pool {
  return (source.driver as unknown as { master: Pool }).master;
}
