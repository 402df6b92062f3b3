import type { Content } from '@offramp/events';
import type { Database, Session } from '../database/database.js';
import { arrayText, keyText, storableTime } from '../projection/sql-values.js';
import { type Key, keyOf, partsOf } from '../projection/table.js';
import {
  CONTENT_STILL_PARKED_SQL,
  EXPIRE_PARKED_SQL,
  FORGET_PARKED_MESSAGES_SQL,
  FORGET_PARKED_THREAD_SQL,
  HOLD_ALL_PARTITIONS_SQL,
  HOLD_CONTENTS_SQL,
  HOLD_PARTITION_SQL,
  LET_CONTENT_GO_SQL,
  PARKED_CONTENT_THREADS_SQL,
  PARK_CONTENT_SQL,
  STORE_PARKED_SQL,
  UNPARK_CONTENT_SQL,
  UNPARK_EMPTY_SQL,
} from './parked-contents-sql.js';
import { inPieces } from './in-pieces.js';
import { causeOf } from './poison.js';
import { type Thread, type WhoAndWhy, record } from './retry.js';

/*
 * A text that cannot be stored parks the texts of its thread: it and the later ones wait, in order. Erasures never wait: they
 * take effect on what is stored and on what waits at once, so that an erased text is nowhere, and no retry brings it back
 * (invariant ERASED).
 */

/** Instead of the year 0, which Postgres does not have. */
const EARLIEST = '0001-01-01T00:00:00.000Z';

export interface StoredContent {
  readonly offset: number;
  readonly event: Content<'ContentStored'>;
}

export function contentThreadOf({ event }: StoredContent): Key {
  return keyOf(event.source, event.subject);
}

/** Threads of a partition whose texts are parked. To be asked for while the cursor of the partition is held. */
export async function parkedContentThreads(session: Session, partition: number): Promise<Set<Key>> {
  const rows = await session.raw(PARKED_CONTENT_THREADS_SQL, [partition]);
  return new Set(rows.map(([tenant, threadId]) => keyOf(tenant!, threadId!)));
}

export async function parkContent(
  session: Session,
  partition: number,
  { content, cause }: { readonly content: StoredContent; readonly cause: string },
): Promise<void> {
  const [tenant, threadId] = partsOf(contentThreadOf(content));
  await session.run(PARK_CONTENT_SQL, [partition, tenant!, threadId!, content.offset, cause]);
}

export async function holdContents(session: Session, partition: number, held: readonly StoredContent[]): Promise<void> {
  if (held.length === 0) return;
  await session.run(HOLD_CONTENTS_SQL, [partition, arrayText(held.map(({ offset }) => offset)), ...columnsOf(held)]);
}

/** The columns of `contents`, as arrays. */
export function columnsOf(contents: readonly StoredContent[]): string[] {
  const events = contents.map(({ event }) => event);
  return [
    arrayText(events.map(({ source }) => source)),
    arrayText(events.map(({ subject }) => subject)),
    arrayText(events.map(({ data }) => keyText(data.eventId))),
    arrayText(events.map(({ data }) => data.kind)),
    arrayText(events.map(({ data }) => data.messageId ?? null)),
    arrayText(events.map(({ data }) => data.text)),
    arrayText(events.map(({ time }) => storedTime(time))),
  ];
}

/** Of an envelope, which has to have one. */
export function storedTime(time: string): string {
  return storableTime(time) ?? EARLIEST;
}

/** Without ids: all of the thread. */
export async function forgetParked(
  session: Session,
  { source, subject, data }: Content<'ContentForgotten'>,
): Promise<void> {
  const ids = data.messageIds;
  if (ids === undefined) await session.run(FORGET_PARKED_THREAD_SQL, [source, subject]);
  else await session.run(FORGET_PARKED_MESSAGES_SQL, [source, subject, arrayText(ids)]);
}

/** Deletes what waits of these kinds since before a time, and returns how many. */
export function expireParked(database: Database, kinds: readonly string[], before: Date): Promise<number> {
  return database.transaction(async (session) => {
    await session.run(HOLD_ALL_PARTITIONS_SQL);
    const deleted = await session.run(EXPIRE_PARKED_SQL, [arrayText(kinds), before.toISOString()]);
    if (deleted > 0) await session.run(UNPARK_EMPTY_SQL);
    return deleted;
  });
}

/** Returns how many texts were stored. They are parked still where one of them fails. */
export async function retryContents(thread: Thread, asked: WhoAndWhy | undefined): Promise<number> {
  const { database, tenant, threadId, partition } = thread;
  const key = [tenant, threadId, partition] as const;
  if (asked !== undefined) await database.transaction((session) => record(session, thread, 'retry', asked));
  const { handled, failure } = await inPieces(database, async (session, size) => {
    await session.run(HOLD_PARTITION_SQL, [partition]);
    const stored = await session.run(STORE_PARKED_SQL, [...key, size]);
    await session.run(UNPARK_CONTENT_SQL, key);
    return stored;
  });
  if (failure !== undefined) await database.run(CONTENT_STILL_PARKED_SQL, [...key, causeOf(failure)]);
  return handled;
}

/** Lets the text go that parked the thread's. */
export function discardFirstContent(thread: Thread, asked: WhoAndWhy): Promise<void> {
  const { database, tenant, threadId, partition, offset } = thread;
  return database.transaction(async (session) => {
    await record(session, thread, 'discard', asked);
    await session.run(HOLD_PARTITION_SQL, [partition]);
    await session.run(LET_CONTENT_GO_SQL, [tenant, threadId, partition, offset]);
    await session.run(UNPARK_CONTENT_SQL, [tenant, threadId, partition]);
  });
}
