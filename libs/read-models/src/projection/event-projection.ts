import { setImmediate } from 'node:timers/promises';
import type { Database, Session } from '../database/database.js';
import { allProjections, tablesOf } from '../projections/all.js';
import type { ProjectionScope } from '../projections/scope.js';
import { type StoredCursor, claimCursor, moveCursor, readCursor } from './cursors.js';
import type { Applied, Batch, Cursor, Entry } from './entry.js';
import { type Fold, createClock, evolve, timeAfter } from './evolve.js';
import { load } from './load.js';
import type { Projection } from './projection.js';
import { type WorkingSet, createWorkingSet } from './rows.js';
import { columnArrays, upsertSql } from './statements.js';
import { type Writes, inOrder } from './writes.js';

/*
 * Invariant VIEW, exactly once. The rows that a batch changes and the cursor that says so are committed together, and only
 * where the cursor still stands where the batch was computed from. So a batch that comes twice, late, or from an owner that
 * lost the partition, changes nothing.
 */

export interface Claim {
  readonly epoch: number;
  readonly cursor: Cursor;
}

/** Builds the read models of `inbound.v1` and `decisions.v1` from the merged stream of each partition (ADR 0005). */
export interface EventProjection {
  /** Takes a partition over. The first batch begins at the cursor's `inbound`. */
  claim(partition: number): Promise<Claim>;
  /**
   * Commits one batch. Batches of one partition one after the other. Throws `ReadModelsError`; where it is `retriable` the
   * same batch may be given again, whatever became of the first attempt.
   */
  apply(batch: Batch): Promise<Applied>;
}

/**
 * Rows kept in memory between the batches of a partition, so that a line that goes on is not read again. After so many those
 * go that were not asked for while the last so many came: twice as many are there at most, and what a batch brings.
 */
const ROWS_KEPT = 10_000;

interface PartitionState {
  cursor: StoredCursor;
  readonly projections: readonly Projection[];
  readonly rows: WorkingSet;
}

/** Entries that are folded in one go; a batch is still one transaction. */
const ENTRIES_AT_ONCE = 250;

interface Options {
  readonly scope?: ProjectionScope;
  readonly rowsKept?: number;
  readonly entriesAtOnce?: number;
}

export function createEventProjection(
  database: Database,
  moved: (partition: number, inbound: number) => void,
  { scope = 'all', rowsKept = ROWS_KEPT, entriesAtOnce = ENTRIES_AT_ONCE }: Options = {},
): EventProjection {
  const states = new Map<number, PartitionState>();

  async function stateOf(partition: number): Promise<PartitionState> {
    const known = states.get(partition);
    if (known !== undefined) return known;
    const state = newState(partition, await readCursor(database, 'events', partition), scope);
    states.set(partition, state);
    return state;
  }

  return {
    async claim(partition) {
      const cursor = await claimCursor(database, 'events', partition);
      states.set(partition, newState(partition, cursor, scope));
      moved(partition, cursor.inbound);
      return { epoch: cursor.epoch, cursor: bare(cursor) };
    },
    async apply(batch) {
      const state = await stateOf(batch.partition);
      const refusal = refuse(batch, state.cursor);
      if (refusal !== undefined) return refusal;
      try {
        if (state.rows.used > rowsKept) state.rows.forgetUnused();
        const entries = await commit({ database, state, entriesAtOnce }, batch);
        moved(batch.partition, state.cursor.inbound);
        return { kind: 'applied', entries, cursor: bare(state.cursor) };
      } catch (error) {
        // What is in memory may be ahead of the database now; the next batch begins from what is stored.
        states.delete(batch.partition);
        if (!(error instanceof CursorMoved)) throw error;
        return { kind: 'superseded', entries: 0, cursor: bare(await readCursor(database, 'events', batch.partition)) };
      }
    },
  };
}

class CursorMoved extends Error {}

interface Committing {
  readonly database: Database;
  readonly state: PartitionState;
  readonly entriesAtOnce: number;
}

function newState(partition: number, cursor: StoredCursor, scope: ProjectionScope): PartitionState {
  const projections = allProjections(partition, scope);
  return { cursor, projections, rows: emptyRows(projections) };
}

function emptyRows(projections: readonly Projection[]): WorkingSet {
  return createWorkingSet(
    tablesOf(projections),
    projections.flatMap(({ groupings }) => groupings ?? []),
  );
}

function refuse(batch: Batch, cursor: StoredCursor): Applied | undefined {
  const stays = { entries: 0, cursor: bare(cursor) };
  if (batch.epoch !== cursor.epoch) return { kind: 'superseded', ...stays };
  if (batch.from > cursor.inbound) return { kind: 'gap', ...stays };
  const isNew = batch.next.inbound > cursor.inbound || batch.next.decisions > cursor.decisions;
  return isNew ? undefined : { kind: 'applied', ...stays };
}

async function commit({ database, state, entriesAtOnce }: Committing, batch: Batch): Promise<number> {
  const { partition, next } = batch;
  const { projections, rows, cursor } = state;
  const entries = batch.entries.filter(({ offset }) => offset >= cursor.inbound);
  await load(database, projections, entries, rows);
  const to = {
    inbound: Math.max(next.inbound, cursor.inbound),
    decisions: Math.max(next.decisions, cursor.decisions),
    timeMs: timeAfter(cursor.timeMs, entries),
  };
  const parts = partsOf({ partition, projections, rows, clock: createClock(cursor.timeMs) }, entries, entriesAtOnce);
  // The embedded database has one connection, and is given fewer statements: all is folded before any of it is written.
  if (database.kind === 'embedded') for (const foldPart of parts.splice(0)) await foldPart();
  await database.transaction(async (session) => {
    const writes = inOrder();
    writes.add(async () => {
      if (!(await moveCursor(session, { stream: 'events', partition, from: cursor, to }))) throw new CursorMoved();
    });
    // A server works on one part while the next one is folded.
    for (const foldPart of parts) {
      if (writes.failed) break;
      await foldPart();
      writeChanged(session, state, writes);
    }
    writeChanged(session, state, writes);
    await writes.done();
  });
  state.cursor = { ...to, epoch: cursor.epoch };
  return entries.length;
}

/** Each folds a part of a batch and lets others have their turn: nobody waits for this process longer than for one part. */
function partsOf(fold: Fold, entries: readonly Entry[], entriesAtOnce: number): (() => Promise<void>)[] {
  const parts: (() => Promise<void>)[] = [];
  for (let from = 0; from < entries.length; from += entriesAtOnce) {
    parts.push(async () => {
      for (const entry of entries.slice(from, from + entriesAtOnce)) evolve(fold, entry);
      await setImmediate();
    });
  }
  return parts;
}

/** The arrays are made now, because the rows go on changing. */
function writeChanged(session: Session, { projections, rows }: PartitionState, writes: Writes): void {
  for (const { table } of projections) {
    const changed = rows.changed(table);
    if (changed.length === 0) continue;
    const arrays = columnArrays(table, changed);
    writes.add(() => session.run(upsertSql(table), arrays));
  }
  rows.written();
}

function bare({ inbound, decisions }: Cursor): Cursor {
  return { inbound, decisions };
}
