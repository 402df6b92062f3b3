import { createPartitionTime } from '@offramp/ladder';
import { setImmediate } from 'node:timers/promises';
import type { Database } from '../database/database.js';
import { type Held, type Parking, hold, park, threadOf } from '../parked/parking.js';
import { type StoredCursor, moveCursor } from './cursors.js';
import type { Batch, Entry } from './entry.js';
import { type Fold, evolve, timeAfter } from './evolve.js';
import { load } from './load.js';
import type { Projection } from './projection.js';
import type { WorkingSet } from './rows.js';
import type { Key, Table } from './table.js';
import { writeChanged } from './writes.js';

/** What a process has in memory of a partition. */
export interface PartitionState {
  cursor: StoredCursor;
  readonly projections: readonly Projection[];
  readonly rows: WorkingSet;
  /** Threads whose entries wait. */
  readonly parked: ReadonlySet<Key>;
}

/** Somebody else moved the cursor, or owns the partition. */
export class CursorMoved extends Error {}

export interface Committing {
  readonly database: Database;
  readonly state: PartitionState;
  /** Entries that are folded in one go; a batch is still one transaction. */
  readonly entriesAtOnce: number;
  /** Whether the rows that entries make are asked for, or taken for new ones; see `Loading`. */
  readonly asks: boolean;
}

/** Entries of a batch that were not projected before. */
export function freshOf({ entries }: Batch, { cursor }: PartitionState): readonly Entry[] {
  return entries.filter(({ offset }) => offset >= cursor.inbound);
}

/** `parking`: the one entry of the batch whose thread is not parked yet, and is from here on. */
export async function commit(committing: Committing, batch: Batch, parking?: Parking): Promise<number> {
  const { database, state, entriesAtOnce, asks } = committing;
  const { partition, next } = batch;
  const { projections, rows, cursor } = state;
  const parked = parking === undefined ? state.parked : new Set([...state.parked, threadOf(parking.entry)]);
  const entries = freshOf(batch, state);
  const going = parked.size === 0 ? entries : entries.filter((entry) => !parked.has(threadOf(entry)));
  const takenForNew = asks ? undefined : new Set<Table>();
  await load(database, { projections, rows, takenForNew }, going);
  const to = {
    inbound: Math.max(next.inbound, cursor.inbound),
    decisions: Math.max(next.decisions, cursor.decisions),
    timeMs: timeAfter(cursor.timeMs, entries),
  };
  const held: Held[] = [];
  const fold = { partition, projections, rows, clock: createPartitionTime(cursor.timeMs), parked, held };
  for (let from = 0; from < entries.length; from += entriesAtOnce) {
    for (const entry of entries.slice(from, from + entriesAtOnce)) sort(fold, entry);
    // Nobody waits for this process longer than for one part.
    await setImmediate();
  }
  const tables = projections.map(({ table }) => table);
  await database.transaction(async (session) => {
    if (!(await moveCursor(session, { stream: 'events', partition, from: cursor, to }))) throw new CursorMoved();
    await writeChanged(session, tables, rows, takenForNew);
    if (parking !== undefined) await park(session, partition, parking);
    await hold(session, partition, held);
  });
  state.cursor = { ...to, epoch: cursor.epoch };
  return entries.length;
}

interface Sorting extends Fold {
  readonly parked: ReadonlySet<Key>;
  readonly held: Held[];
}

/** Either way it moves partition time, which is that of the log. */
function sort(fold: Sorting, entry: Entry): void {
  const { parked, held, clock } = fold;
  if (parked.size === 0 || !parked.has(threadOf(entry))) return evolve(fold, entry);
  if (entry.event !== null) clock.move(entry.event.time);
  held.push({ entry, timeMs: clock.ms });
}
