import { type AnalystSql, createAnalystSql } from './analysts/analyst-sql.js';
import { type TableChecksum, checksums } from './checksums.js';
import { type ContentStore, createContentStore } from './contents/content-store.js';
import { type DatabasePlace, openDatabase } from './database/open-database.js';
import { type ExportViews, createExportViews } from './export/export-views.js';
import { type ParkedThreads, createParkedThreads } from './parked/parked-threads.js';
import { type Positions, trackPositions } from './positions.js';
import { type EventProjection, createEventProjection } from './projection/event-projection.js';
import { type Queries, createQueries } from './queries/queries.js';
import type { ProjectionScope } from './projections/scope.js';
import { createGate } from './rebuild/gate.js';
import { type Rebuilds, createRebuilds } from './rebuild/rebuilds.js';
import { checkVersions } from './rebuild/versions.js';

/** The read models of one installation, open. */
export interface ReadModels {
  /** Built from inbound.v1 and decisions.v1. */
  readonly events: EventProjection;
  /** Built from content.v1. */
  readonly contents: ContentStore;
  readonly queries: Queries;
  /** Statements of analysts. */
  readonly sql: AnalystSql;
  /** The rows of the views at one moment, part by part. */
  readonly exportViews: ExportViews;
  readonly positions: Positions;
  /** Builds the tables anew from the log, beside the live ones. */
  readonly rebuilds: Rebuilds;
  /** Threads that wait because something in them could not be projected. */
  readonly parked: ParkedThreads;
  /** Of every table that is built from the log; to be compared with others at the same positions. */
  checksums(): Promise<readonly TableChecksum[]>;
  /** Resolves with the reason when the database is gone for good and the process has to end. Never rejects. */
  readonly failed: Promise<Error>;
  /** Waits for what is running. Nothing may be asked afterwards. */
  close(): Promise<void>;
}

export interface ReadModelsOptions {
  /** What is projected, and rebuilt, from here on. Default `all`. */
  readonly scope?: ProjectionScope;
}

/**
 * Opens the database, brings its schema up to date, and gives what writes and what reads it. The first time, an embedded
 * database is initialised, which takes some seconds. Throws `ReadModelsError`; `SchemaTooNew` where a newer program was here.
 */
export async function openReadModels(
  place: DatabasePlace,
  { scope = 'all' }: ReadModelsOptions = {},
): Promise<ReadModels> {
  const { database, expendable, failed, close } = await openDatabase(place);
  const positions = await orClosed(close, async () => {
    await checkVersions(database);
    return trackPositions(database);
  });
  const gate = createGate();
  const events = createEventProjection(database, positions.moved, { scope });
  const parked = createParkedThreads(database, scope);
  return {
    events: { ...events, apply: (batch) => gate.pass(() => events.apply(batch)) },
    rebuilds: createRebuilds({ database, gate, scope, url: 'url' in place ? place.url : undefined }),
    parked: {
      ...parked,
      retry: (asked) => gate.pass(() => parked.retry(asked)),
      discard: (asked) => gate.pass(() => parked.discard(asked)),
    },
    contents: createContentStore(database),
    queries: createQueries(database),
    sql: createAnalystSql(database, expendable),
    exportViews: createExportViews(database, gate),
    positions,
    checksums: () => checksums(database),
    failed,
    async close() {
      positions.close();
      await close();
    },
  };
}

/** What was opened is closed again where it cannot be used: the embedded database would keep the process. */
async function orClosed<Result>(close: () => Promise<void>, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await close();
    throw error;
  }
}
