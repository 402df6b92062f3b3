import { createPartitionTime } from '@offramp/ladder';
import type { Database, Session } from '../database/database.js';
import type { Entry } from '../projection/entry.js';
import { evolve } from '../projection/evolve.js';
import { emptyRows } from '../projection/event-projection.js';
import { load } from '../projection/load.js';
import type { WorkingSet } from '../projection/rows.js';
import type { AnyRow, KeyPart, RowOf, Table } from '../projection/table.js';
import { writeChanged } from '../projection/writes.js';
import { allProjections, tablesOf } from '../projections/all.js';
import { policies } from '../projections/policies.js';
import type { ProjectionScope } from '../projections/scope.js';
import type { Held } from './parking.js';
import { inPieces } from './in-pieces.js';
import type { ParkedTopic } from './parked-topic.js';
import { ACTION_SQL, LET_GO_SQL, STILL_PARKED_SQL, TAKE_PARTITION_SQL, UNPARK_SQL, WAITING_SQL } from './parked-sql.js';
import { causeOf } from './poison.js';

/*
 * What waits is projected in order, under the partition time and the policies of its own position, so that the rows are those
 * that they would have been. Each transaction holds the partition and takes it from its projector, which then reads anew.
 */

/** `topic`: what of the thread is meant; absent: what is parked, and its events before its texts. */
export interface WhoAndWhy {
  readonly tenant: string;
  readonly threadId: string;
  readonly topic?: ParkedTopic | undefined;
  readonly by: string;
  readonly reason: string;
}

/** A thread of which something waits. */
export interface Thread {
  readonly database: Database;
  readonly scope: ProjectionScope;
  readonly tenant: string;
  readonly threadId: string;
  readonly partition: number;
  /** Of the first that waits, on the topic. */
  readonly offset: number;
  readonly topic: ParkedTopic;
}

/** Returns how many entries were projected. The thread is parked still where one of them fails. */
export async function retryParked(thread: Thread, asked: WhoAndWhy | undefined): Promise<number> {
  const { database } = thread;
  if (asked !== undefined) await database.transaction((session) => record(session, thread, 'retry', asked));
  const { handled, failure } = await inPieces(database, (session, size) => projectSome(session, thread, size));
  if (failure !== undefined) await stillParked(thread, failure);
  return handled;
}

/** Lets the entry go that parked the thread. */
export function discardFirst(thread: Thread, asked: WhoAndWhy): Promise<void> {
  const { database, tenant, threadId, partition, offset } = thread;
  return database.transaction(async (session) => {
    await record(session, thread, 'discard', asked);
    await session.run(TAKE_PARTITION_SQL, [partition]);
    await session.run(LET_GO_SQL, [tenant, threadId, partition, offset]);
    await session.run(UNPARK_SQL, [tenant, threadId, partition]);
  });
}

export function record(session: Session, thread: Thread, action: string, { by, reason }: WhoAndWhy): Promise<number> {
  const { tenant, threadId, partition, offset, topic } = thread;
  return session.run(ACTION_SQL, [action, tenant, threadId, topic, `${partition}:${offset}`, by, reason]);
}

/** 0: nothing waits any more, and the thread is not parked. */
async function projectSome(session: Session, thread: Thread, size: number): Promise<number> {
  const { tenant, threadId, partition } = thread;
  await session.run(TAKE_PARTITION_SQL, [partition]);
  const waiting = await readWaiting(session, thread, size);
  const last = waiting.at(-1);
  if (last !== undefined) {
    await project(session, thread, waiting);
    await session.run(LET_GO_SQL, [tenant, threadId, partition, last.entry.offset]);
  }
  await session.run(UNPARK_SQL, [tenant, threadId, partition]);
  return waiting.length;
}

async function readWaiting(session: Session, thread: Thread, size: number): Promise<Held[]> {
  const { tenant, threadId, partition } = thread;
  const rows = await session.raw(WAITING_SQL, [tenant, threadId, partition, size]);
  return rows.map(([, timeMs, entry]) => ({ entry: JSON.parse(entry!) as Entry, timeMs: Number(timeMs) }));
}

async function project(session: Session, { partition, scope }: Thread, waiting: readonly Held[]): Promise<void> {
  const projections = allProjections(partition, scope);
  const rows = emptyRows(projections);
  const entries = waiting.map(({ entry }) => entry);
  await load(session, { projections, rows }, entries);
  for (const { entry, timeMs } of waiting) {
    evolve({ partition, projections, rows: asOf(rows, entry.offset), clock: createPartitionTime(timeMs) }, entry);
  }
  await writeChanged(session, tablesOf(projections), rows);
}

/** Without the activations that came after the entry: threads of their own do not see each other, but all see those. */
function asOf(rows: WorkingSet, offset: number): WorkingSet {
  const isLater = (row: AnyRow) => (row as RowOf<typeof policies>).logOffset > offset;
  return {
    ...rows,
    get used() {
      return rows.used;
    },
    groupOf<Of extends Table>(table: Of, first: KeyPart, second?: KeyPart) {
      const all = rows.groupOf(table, first, second);
      return (table as Table) === policies ? all.filter((row) => !isLater(row as AnyRow)) : all;
    },
  };
}

async function stillParked(thread: Thread, failure: unknown): Promise<void> {
  const { database, tenant, threadId, partition } = thread;
  await database.transaction(async (session) => {
    const [first] = await readWaiting(session, thread, 1);
    if (first === undefined) return;
    await session.run(STILL_PARKED_SQL, [tenant, threadId, partition, first.entry.offset, causeOf(failure)]);
  });
}
