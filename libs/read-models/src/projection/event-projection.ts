import type { Database, Session } from '../database/database.js';
import { allProjections, tablesOf } from '../projections/all.js';
import { type StoredCursor, claimCursor, moveCursor, readCursor } from './cursors.js';
import type { Applied, Batch, Cursor } from './entry.js';
import { createClock, evolve } from './evolve.js';
import { load } from './load.js';
import type { Projection } from './projection.js';
import { type WorkingSet, createWorkingSet } from './rows.js';
import { columnArrays, upsertSql } from './statements.js';

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

interface Options {
  readonly rowsKept?: number;
}

export function createEventProjection(
  database: Database,
  moved: (partition: number, inbound: number) => void,
  { rowsKept = ROWS_KEPT }: Options = {},
): EventProjection {
  const states = new Map<number, PartitionState>();

  async function stateOf(partition: number): Promise<PartitionState> {
    const known = states.get(partition);
    if (known !== undefined) return known;
    const state = newState(partition, await readCursor(database, 'events', partition));
    states.set(partition, state);
    return state;
  }

  return {
    async claim(partition) {
      const cursor = await claimCursor(database, 'events', partition);
      states.set(partition, newState(partition, cursor));
      moved(partition, cursor.inbound);
      return { epoch: cursor.epoch, cursor: bare(cursor) };
    },
    async apply(batch) {
      const state = await stateOf(batch.partition);
      const refusal = refuse(batch, state.cursor);
      if (refusal !== undefined) return refusal;
      try {
        if (state.rows.used > rowsKept) state.rows.forgetUnused();
        const entries = await commit(database, state, batch);
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

function newState(partition: number, cursor: StoredCursor): PartitionState {
  const projections = allProjections(partition);
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

async function commit(database: Database, state: PartitionState, batch: Batch): Promise<number> {
  const { partition, next } = batch;
  const entries = batch.entries.filter(({ offset }) => offset >= state.cursor.inbound);
  const clock = createClock(state.cursor.timeMs);
  await load(database, state.projections, entries, state.rows);
  for (const entry of entries) evolve({ partition, projections: state.projections, rows: state.rows, clock }, entry);
  const to = {
    inbound: Math.max(next.inbound, state.cursor.inbound),
    decisions: Math.max(next.decisions, state.cursor.decisions),
    timeMs: clock.time,
  };
  await database.transaction(async (session) => {
    const moving = moveCursor(session, { stream: 'events', partition, from: state.cursor, to });
    await write(session, state, moving.then(orSuperseded));
  });
  state.rows.written();
  state.cursor = { ...to, epoch: state.cursor.epoch };
  return entries.length;
}

/** While one statement runs, the arrays of the next are made. */
async function write(session: Session, { projections, rows }: PartitionState, first: Promise<void>): Promise<void> {
  let running: Promise<unknown> = first;
  for (const { table } of projections) {
    const changed = rows.changed(table);
    if (changed.length === 0) continue;
    const arrays = columnArrays(table, changed);
    await running;
    running = session.run(upsertSql(table), arrays);
  }
  await running;
}

function orSuperseded(isMoved: boolean): void {
  if (!isMoved) throw new CursorMoved();
}

function bare({ inbound, decisions }: Cursor): Cursor {
  return { inbound, decisions };
}
