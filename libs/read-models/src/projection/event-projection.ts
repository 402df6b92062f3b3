import type { Database } from '../database/database.js';
import { ReadModelsError } from '../database/failure.js';
import { PARKED_MAX, type Parking, parkedThreads, threadOf } from '../parked/parking.js';
import { causeOf, isPoison } from '../parked/poison.js';
import { allProjections, tablesOf } from '../projections/all.js';
import type { ProjectionScope } from '../projections/scope.js';
import { CursorMoved, type PartitionState, commit, freshOf } from './commit.js';
import { type StoredCursor, claimCursor, readCursor } from './cursors.js';
import type { Applied, Batch, Cursor } from './entry.js';
import type { Projection } from './projection.js';
import { type WorkingSet, createWorkingSet } from './rows.js';

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

/** Entries that are folded in one go; a batch is still one transaction. */
const ENTRIES_AT_ONCE = 250;

interface Way {
  /** Whether the rows that entries make are asked for, or taken for new ones; see `Loading`. */
  readonly asks: boolean;
  /** The one entry of the batch whose thread waits from here on. */
  readonly parking?: Parking;
}

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
  const states = createStates(database, scope);
  const doubts = createDoubts();

  /** What is in memory may be ahead of the database after a failure; the next batch begins from what is stored. */
  async function tryCommit(state: PartitionState, batch: Batch, { asks, parking }: Way): Promise<Applied> {
    try {
      if (state.rows.used > rowsKept) state.rows.forgetUnused();
      const entries = await commit({ database, state, entriesAtOnce, asks }, batch, parking);
      if (parking !== undefined) states.forget(batch.partition);
      moved(batch.partition, state.cursor.inbound);
      const applied = { kind: 'applied', entries, cursor: bare(state.cursor) } as const;
      return parking === undefined ? applied : { ...applied, parked: [told(parking)] };
    } catch (error) {
      states.forget(batch.partition);
      if (!(error instanceof CursorMoved)) throw error;
      return { kind: 'superseded', entries: 0, cursor: bare(await readCursor(database, 'events', batch.partition)) };
    }
  }

  async function apply(batch: Batch, asks: boolean): Promise<Applied> {
    const state = await states.of(batch.partition);
    const refusal = refuse(batch, state.cursor);
    if (refusal !== undefined) return refusal;
    try {
      return await tryCommit(state, batch, { asks });
    } catch (error) {
      if (!isPoison(error)) throw error;
      if (asks) return applyApart(batch, error);
      // A row that was taken for a new one makes its insert fail, and is no reason to park anything.
      doubts.raise(batch.partition);
      return apply(batch, true);
    }
  }

  /** Halves a batch that failed until the entry stands alone that makes it fail. */
  async function applyApart(batch: Batch, failure: unknown): Promise<Applied> {
    const state = await states.of(batch.partition);
    const fresh = freshOf(batch, state);
    const going = fresh.filter((entry) => !state.parked.has(threadOf(entry)));
    if (going.length === 0) throw failure;
    if (going.length === 1) {
      return tryCommit(state, batch, { asks: true, parking: parkingOf(state, going[0]!, failure) });
    }
    const middle = going[going.length >> 1]!.offset;
    // As in the middle of a piece: a restart reads the decisions again from where the piece began.
    const next = { inbound: middle, decisions: state.cursor.decisions };
    const first = await apply({ ...batch, entries: fresh.filter(({ offset }) => offset < middle), next }, true);
    if (first.kind !== 'applied') return first;
    const second = await apply({ ...batch, entries: fresh.filter(({ offset }) => offset >= middle) }, true);
    const parked = [...(first.parked ?? []), ...(second.parked ?? [])];
    return { ...second, entries: first.entries + second.entries, parked };
  }

  return {
    async claim(partition) {
      const { cursor } = await states.from(partition, await claimCursor(database, 'events', partition));
      moved(partition, cursor.inbound);
      return { epoch: cursor.epoch, cursor: bare(cursor) };
    },
    apply: (batch) => apply(batch, doubts.take(batch.partition)),
  };
}

/** Batches of a partition that ask for the rows that they make, once one has met such a row: repeats seldom come alone. */
const BATCHES_ASKING = 100;

/** Which partitions have to ask. */
function createDoubts() {
  const left = new Map<number, number>();
  return {
    raise: (partition: number) => void left.set(partition, BATCHES_ASKING),
    /** Whether the next batch asks. */
    take(partition: number): boolean {
      const batches = left.get(partition) ?? 0;
      if (batches > 0) left.set(partition, batches - 1);
      return batches > 0;
    },
  };
}

/** One for each partition, made from what is stored where there is none. */
function createStates(database: Database, scope: ProjectionScope) {
  const states = new Map<number, PartitionState>();

  async function from(partition: number, cursor: StoredCursor): Promise<PartitionState> {
    const projections = allProjections(partition, scope);
    const parked = await parkedThreads(database, partition);
    const state = { cursor, projections, rows: emptyRows(projections), parked };
    states.set(partition, state);
    return state;
  }

  return {
    from,
    of: async (partition: number) =>
      states.get(partition) ?? from(partition, await readCursor(database, 'events', partition)),
    forget: (partition: number) => void states.delete(partition),
  };
}

export function emptyRows(projections: readonly Projection[]): WorkingSet {
  return createWorkingSet(tablesOf(projections));
}

function parkingOf({ parked }: PartitionState, entry: Parking['entry'], failure: unknown): Parking {
  if (parked.size < PARKED_MAX) return { entry, cause: causeOf(failure) };
  const why = `${PARKED_MAX} threads of the partition are parked already, so it is not the events: ${causeOf(failure)}`;
  throw new ReadModelsError(why, false, { cause: failure });
}

function told({ entry, cause }: Parking) {
  return { offset: entry.offset, cause };
}

function refuse(batch: Batch, cursor: StoredCursor): Applied | undefined {
  const stays = { entries: 0, cursor: bare(cursor) };
  if (batch.epoch !== cursor.epoch) return { kind: 'superseded', ...stays };
  if (batch.from > cursor.inbound) return { kind: 'gap', ...stays };
  const isNew = batch.next.inbound > cursor.inbound || batch.next.decisions > cursor.decisions;
  return isNew ? undefined : { kind: 'applied', ...stays };
}

function bare({ inbound, decisions }: Cursor): Cursor {
  return { inbound, decisions };
}
