import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Database } from '../database/database.js';
import { ReadModelsError } from '../database/failure.js';
import { inSchema } from '../database/in-schema.js';
import { OTHER_SCHEMA } from '../migrations/schema.js';
import { arrayText } from '../projection/sql-values.js';
import type { ProjectionScope } from '../projections/scope.js';
import { advanceNearly, createAdvance } from './advance.js';
import { type RunOptions, beginRebuild } from './begin.js';
import { type ComparedTable, compareTables } from './compare.js';
import { exchangeTables } from './exchange.js';
import type { FillSizes } from './fill.js';
import type { Gate } from './gate.js';
import { PARKED_TABLES, REBUILT_TABLES, dropOtherTables, indexStatements, isAnythingParked } from './other-tables.js';
import { type RebuildNeed, needOf } from './need.js';
import { type RebuildState, readRebuild, whereItIs } from './rebuild-row.js';
import { DELETE_SQL, OWN_SQL, STATE_SQL } from './rebuild-sql.js';
import { RebuildTaken, refuse } from './refused.js';
import type { RebuildSource } from './source.js';
import { type Standstill, changedTogether, isLocked, seenTogether } from './standstill.js';
import { type RebuildStatus, statusOf } from './status.js';

/** `interrupted`: it was paused, cancelled, taken over by another process, or stopped by its signal. */
export type RunResult =
  | { readonly kind: 'compared'; readonly equal: boolean; readonly tables: readonly ComparedTable[] }
  | { readonly kind: 'interrupted'; readonly why: 'paused' | 'cancelled' | 'taken over' | 'stopped' };

/**
 * Builds the read models anew beside the live ones, from the beginning of the log (ADR 0012). There is one rebuild at a time;
 * where it is stands in the database, so that any process may go on with it, pause it or swap it.
 */
export interface Rebuilds {
  status(): Promise<RebuildStatus>;
  /** Less to read than the status. */
  need(): Promise<RebuildNeed>;
  /** Begins a rebuild, or goes on with the one that there is, until both sets are compared. Throws `RebuildRefused`. */
  run(source: RebuildSource, options?: RunOptions): Promise<RunResult>;
  /** Whoever runs it ends after its present step. */
  pause(): Promise<void>;
  /** Drops the tables that are not live, whichever they are. */
  cancel(): Promise<void>;
  /** The rebuilt tables become the live ones, at the position where those are. */
  swap(source: RebuildSource): Promise<void>;
  /** The tables that were live before the swap become it again, brought to where the present ones are. */
  rollback(source: RebuildSource): Promise<void>;
}

/** What the rebuilt tables are of: the live ones, and what both hold. */
export interface RebuildParts {
  readonly database: Database;
  readonly gate: Gate;
  readonly scope: ProjectionScope;
  /** Of the database, where it is a server. */
  readonly url?: string | undefined;
  /** Of the steps in which tables are filled; default: by the kind of the database. */
  readonly sizes?: FillSizes | undefined;
}

export function createRebuilds(parts: RebuildParts): Rebuilds {
  const { database } = parts;
  return {
    need: () => needOf(database),
    status: () => statusOf(database, inSchema(database, OTHER_SCHEMA)),
    async run(source, options = {}) {
      const owner = randomUUID();
      const projection = await beginRebuild(database, owner, options);
      const { signal } = options;
      options.begun?.();
      try {
        return await build({ ...parts, owner, source, signal, names: namesOf(projection) });
      } catch (error) {
        if (signal?.aborted === true) return { kind: 'interrupted', why: 'stopped' };
        const result = await interruption(database, owner);
        if (result === undefined) throw error;
        return result;
      }
    },
    async pause() {
      const paused = await database.run(STATE_SQL, [arrayText(['filling']), 'paused', null]);
      if (paused !== 1) refuse(whereItIs(await readRebuild(database)));
    },
    async cancel() {
      await database.transaction(async (session) => {
        if ((await readRebuild(session)) === undefined) refuse(whereItIs(undefined));
        // Tables before the row, in the order in which a step takes them, so that neither waits for the other for ever.
        await dropOtherTables(session);
        await session.run(DELETE_SQL);
      });
    },
    swap: (source) => exchange({ ...parts, source, from: 'compared', to: 'swapped' }),
    rollback: (source) => exchange({ ...parts, source, from: 'swapped', to: 'compared' }),
  };
}

function namesOf(projection: string | null): readonly string[] {
  return projection === null ? REBUILT_TABLES : [projection];
}

interface Building extends RebuildParts {
  readonly owner: string;
  readonly source: RebuildSource;
  readonly signal: AbortSignal | undefined;
  readonly names: readonly string[];
}

/** The embedded database is one session: whoever asks it something waits until a statement is done, and so none is long. */
const COMPARED_ROWS_MAX = { server: Infinity, embedded: 5_000 } as const;

async function build({ names, gate, ...building }: Building): Promise<RunResult> {
  const { database, signal } = building;
  const advance = createAdvance({ ...building, state: 'filling' });
  await advanceNearly(database, advance);
  for (const sql of await indexStatements(database)) {
    signal?.throwIfAborted();
    await database.run(sql);
  }
  await advanceNearly(database, advance);
  const comparing = { names, rowsMax: COMPARED_ROWS_MAX[database.kind] };
  const tables = await seenTogether({ database, gate, advance }, (session) => compareTables(session, comparing));
  const report = JSON.stringify(tables);
  if ((await database.run(STATE_SQL, [arrayText(['filling']), 'compared', report])) !== 1) throw new RebuildTaken();
  return { kind: 'compared', equal: tables.every(({ equal }) => equal), tables };
}

/** Why a run ended early; undefined: it failed. */
async function interruption(database: Database, owner: string): Promise<RunResult | undefined> {
  const row = await readRebuild(database);
  if (row === undefined) return { kind: 'interrupted', why: 'cancelled' };
  if (row.owner !== owner) return { kind: 'interrupted', why: 'taken over' };
  return row.state === 'filling' ? undefined : { kind: 'interrupted', why: 'paused' };
}

const PARKED =
  'Threads are parked, and their tables belong together: retry or discard them, or rebuild all projections';

interface Exchange extends RebuildParts {
  readonly source: RebuildSource;
  readonly from: RebuildState;
  readonly to: RebuildState;
}

/** For how long a swap is tried while somebody reads, and how long it waits in between. */
const EXCHANGE_MS_MAX = 30_000;
const EXCHANGE_AGAIN_MS = 250;
const LOCKED = 'Somebody has been reading the tables in one long transaction; try again when it is over';

async function exchange({ from, to, ...parts }: Exchange): Promise<void> {
  const { database, gate } = parts;
  const row = await readRebuild(database);
  if (row?.state !== from) refuse(whereItIs(row));
  const owner = randomUUID();
  await database.run(OWN_SQL, [owner, from]);
  const advance = createAdvance({ ...parts, owner, state: from });
  const giveUpAt = Date.now() + EXCHANGE_MS_MAX;
  for (;;) {
    await advanceNearly(database, advance);
    const failed = await tryExchange({ database, gate, advance }, { projection: row.projection, from, to });
    if (failed === undefined) return;
    if (Date.now() > giveUpAt) throw new ReadModelsError(LOCKED, true, { cause: failed });
    await delay(EXCHANGE_AGAIN_MS);
  }
}

interface Change extends Pick<Exchange, 'from' | 'to'> {
  readonly projection: string | null;
}

/** Returns what the database said where somebody reads at the moment. */
async function tryExchange(standstill: Standstill, { projection, from, to }: Change): Promise<unknown> {
  try {
    await changedTogether(standstill, async (session) => {
      if (projection !== null && (await isAnythingParked(session))) refuse(PARKED);
      await exchangeTables(session, projection === null ? [...REBUILT_TABLES, ...PARKED_TABLES] : [projection]);
      if ((await session.run(STATE_SQL, [arrayText([from]), to, null])) !== 1) throw new RebuildTaken();
    });
    return undefined;
  } catch (error) {
    if (!isLocked(error)) throw error;
    return error;
  }
}
