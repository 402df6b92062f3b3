import { CONTENT_TYPES, type Content, type ContentEvent } from '@offramp/events';
import type { Database, Session } from '../database/database.js';
import { ReadModelsError } from '../database/failure.js';
import {
  type StoredContent,
  columnsOf,
  contentThreadOf,
  expireParked,
  forgetParked,
  holdContents,
  parkContent,
  parkedContentThreads,
  storedTime,
} from '../parked/parked-contents.js';
import { PARKED_MAX } from '../parked/parking.js';
import { causeOf, isPoison } from '../parked/poison.js';
import { type StoredCursor, claimCursor, moveCursor, readCursor } from '../projection/cursors.js';
import { arrayText } from '../projection/sql-values.js';
import type { Key } from '../projection/table.js';
import {
  EXPIRE_SQL,
  FORGET_MESSAGES_SQL,
  FORGET_THREAD_SQL,
  REMEMBER_FORGOTTEN_SQL,
  STORE_SQL,
} from './contents-sql.js';

/*
 * Invariant ERASED. Texts and their erasure come by one topic, in one order, into one table that nothing else writes, or wait for
 * it where erasures reach them, too. So "forgotten" is final by construction: whatever is stored before it on the log is gone
 * after it.
 */

export interface ContentEntry {
  readonly offset: number;
  /** null where the bytes could not be read. */
  readonly event: ContentEvent | null;
}

export interface ContentBatch {
  readonly partition: number;
  /** From `claim`. */
  readonly epoch: number;
  readonly from: number;
  readonly entries: readonly ContentEntry[];
  /** The offset to go on from. */
  readonly next: number;
}

/** As `Applied` of the events, with the next offset of content.v1. */
export interface ContentApplied {
  readonly kind: 'applied' | 'gap' | 'superseded';
  readonly entries: number;
  readonly next: number;
  /** Texts that could not be stored: those of their threads wait from there on, and everything else went on. */
  readonly parked?: readonly { readonly offset: number; readonly cause: string }[];
}

export interface ContentStore {
  claim(partition: number): Promise<{ readonly epoch: number; readonly next: number }>;
  /** Commits one batch. An erasure that fails is not parked, because what it erases would be read meanwhile: it stops. */
  apply(batch: ContentBatch): Promise<ContentApplied>;
  /** Deletes texts of these kinds that were stored before a time; returns how many. Erasures stay remembered. */
  expire(kinds: readonly Content<'ContentStored'>['data']['kind'][], before: Date): Promise<number>;
}

const EXPIRED_AT_ONCE = 2_000;

export function createContentStore(database: Database): ContentStore {
  return {
    async claim(partition) {
      const { epoch, inbound } = await claimCursor(database, 'content', partition);
      return { epoch, next: inbound };
    },
    apply: (batch) => apply(database, batch),
    async expire(kinds, before) {
      let deleted = await expireParked(database, kinds, before);
      for (;;) {
        const some = await database.run(EXPIRE_SQL, [arrayText(kinds), before.toISOString(), EXPIRED_AT_ONCE]);
        deleted += some;
        if (some < EXPIRED_AT_ONCE) return deleted;
      }
    },
  };
}

async function apply(database: Database, batch: ContentBatch): Promise<ContentApplied> {
  const { partition, epoch, from, next } = batch;
  const cursor = await readCursor(database, 'content', partition);
  const stays = { entries: 0, next: cursor.inbound };
  if (cursor.epoch !== epoch) return { kind: 'superseded', ...stays };
  if (from > cursor.inbound) return { kind: 'gap', ...stays };
  if (next <= cursor.inbound) return { kind: 'applied', ...stays };
  const fresh = { ...batch, entries: batch.entries.filter(({ offset }) => offset >= cursor.inbound) };
  try {
    return await commit(database, cursor, fresh);
  } catch (error) {
    if (!isPoison(error)) throw error;
    return applyApart(database, { cursor, batch: fresh, failure: error });
  }
}

interface Failed {
  readonly cursor: StoredCursor;
  /** Without entries from before the cursor. */
  readonly batch: ContentBatch;
  readonly failure: unknown;
}

/** Halves a batch that failed until the text stands alone that makes it fail. */
async function applyApart(database: Database, { cursor, batch, failure }: Failed): Promise<ContentApplied> {
  const { entries } = batch;
  if (entries.length === 1) {
    const { offset, event } = entries[0]!;
    if (event?.type !== CONTENT_TYPES.ContentStored) throw failure;
    return commit(database, cursor, batch, { content: { offset, event }, cause: causeOf(failure) });
  }
  const middle = entries[entries.length >> 1]!.offset;
  const first = await apply(database, {
    ...batch,
    entries: entries.filter(({ offset }) => offset < middle),
    next: middle,
  });
  if (first.kind !== 'applied') return first;
  const second = await apply(database, {
    ...batch,
    from: middle,
    entries: entries.filter(({ offset }) => offset >= middle),
  });
  const parked = [...(first.parked ?? []), ...(second.parked ?? [])];
  return { ...second, entries: first.entries + second.entries, ...(parked.length === 0 ? {} : { parked }) };
}

interface ContentParking {
  readonly content: StoredContent;
  readonly cause: string;
}

async function commit(
  database: Database,
  cursor: StoredCursor,
  { partition, next, entries }: ContentBatch,
  parking?: ContentParking,
): Promise<ContentApplied> {
  const moved = await database.transaction(async (session) => {
    const to = { inbound: next, decisions: 0, timeMs: 0 };
    if (!(await moveCursor(session, { stream: 'content', partition, from: cursor, to }))) return false;
    // After the cursor was moved: whoever retries holds it, so that nothing is held for a thread that is parked no more.
    const parked = await parkedContentThreads(session, partition);
    if (parking !== undefined) await parkThread(session, { partition, parked, parking });
    for (const run of runsOf(entries)) {
      if ('type' in run) await forget(session, run);
      else await store(session, { partition, parked, run });
    }
    return true;
  });
  if (!moved)
    return { kind: 'superseded', entries: 0, next: (await readCursor(database, 'content', partition)).inbound };
  const applied = { kind: 'applied', entries: entries.length, next } as const;
  if (parking === undefined) return applied;
  return { ...applied, parked: [{ offset: parking.content.offset, cause: parking.cause }] };
}

interface ParkingThread {
  readonly partition: number;
  readonly parked: Set<Key>;
  readonly parking: ContentParking;
}

async function parkThread(session: Session, { partition, parked, parking }: ParkingThread): Promise<void> {
  if (parked.size >= PARKED_MAX) {
    const why = `${PARKED_MAX} threads of the partition are parked already, so it is not the texts: ${parking.cause}`;
    throw new ReadModelsError(why, false);
  }
  await parkContent(session, partition, parking);
  parked.add(contentThreadOf(parking.content));
}

type Run = readonly StoredContent[] | Content<'ContentForgotten'>;

/** Neighbouring texts are stored together; an erasure stands between what came before and after it. */
function runsOf(entries: readonly ContentEntry[]): Run[] {
  const runs: Run[] = [];
  let stored: StoredContent[] | undefined;
  for (const { offset, event } of entries) {
    if (event === null) continue;
    if (event.type === CONTENT_TYPES.ContentForgotten) {
      runs.push(event);
      stored = undefined;
    } else if (stored === undefined) runs.push((stored = [{ offset, event }]));
    else stored.push({ offset, event });
  }
  return runs;
}

interface Storing {
  readonly partition: number;
  readonly parked: ReadonlySet<Key>;
  readonly run: readonly StoredContent[];
}

async function store(session: Session, { partition, parked, run }: Storing): Promise<void> {
  const isHeld = (content: StoredContent) => parked.size > 0 && parked.has(contentThreadOf(content));
  const going = run.filter((content) => !isHeld(content));
  if (going.length > 0) await session.run(STORE_SQL, columnsOf(going));
  await holdContents(session, partition, run.filter(isHeld));
}

async function forget(session: Session, event: Content<'ContentForgotten'>): Promise<void> {
  const { source, subject, time, data } = event;
  const ids = data.messageIds;
  await session.run(REMEMBER_FORGOTTEN_SQL, [source, subject, arrayText(ids ?? ['']), storedTime(time), data.by]);
  if (ids === undefined) await session.run(FORGET_THREAD_SQL, [source, subject]);
  else await session.run(FORGET_MESSAGES_SQL, [source, subject, arrayText(ids)]);
  await forgetParked(session, event);
}
