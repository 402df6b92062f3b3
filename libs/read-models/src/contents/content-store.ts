import { CONTENT_TYPES, type Content, type ContentEvent } from '@offramp/events';
import type { Database, Session } from '../database/database.js';
import { claimCursor, moveCursor, readCursor } from '../projection/cursors.js';
import { arrayText, keyText } from '../projection/sql-values.js';
import {
  EXPIRE_SQL,
  FORGET_MESSAGES_SQL,
  FORGET_THREAD_SQL,
  REMEMBER_FORGOTTEN_SQL,
  STORE_SQL,
} from './contents-sql.js';

/*
 * Invariant ERASED. Texts and their erasure come by one topic, in one order, into one table that nothing else writes. So
 * "forgotten" is final by construction: whatever is stored before it on the log is gone after it.
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
}

export interface ContentStore {
  claim(partition: number): Promise<{ readonly epoch: number; readonly next: number }>;
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
      let deleted = 0;
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
  const entries = batch.entries.filter(({ offset }) => offset >= cursor.inbound);
  const moved = await database.transaction(async (session) => {
    const to = { inbound: next, decisions: 0, timeMs: 0 };
    if (!(await moveCursor(session, { stream: 'content', partition, from: cursor, to }))) return false;
    for (const run of runsOf(entries)) await applyRun(session, run);
    return true;
  });
  if (!moved)
    return { kind: 'superseded', entries: 0, next: (await readCursor(database, 'content', partition)).inbound };
  return { kind: 'applied', entries: entries.length, next };
}

type Run = readonly Content<'ContentStored'>[] | Content<'ContentForgotten'>;

/** Neighbouring texts are stored together; an erasure stands between what came before and after it. */
function runsOf(entries: readonly ContentEntry[]): Run[] {
  const runs: Run[] = [];
  let stored: Content<'ContentStored'>[] | undefined;
  for (const { event } of entries) {
    if (event === null) continue;
    if (event.type === CONTENT_TYPES.ContentForgotten) {
      runs.push(event);
      stored = undefined;
    } else if (stored === undefined) runs.push((stored = [event]));
    else stored.push(event);
  }
  return runs;
}

async function applyRun(session: Session, run: Run): Promise<void> {
  if ('type' in run) return forget(session, run);
  await session.run(STORE_SQL, [
    arrayText(run.map(({ source }) => source)),
    arrayText(run.map(({ subject }) => subject)),
    arrayText(run.map(({ data }) => keyText(data.eventId))),
    arrayText(run.map(({ data }) => data.kind)),
    arrayText(run.map(({ data }) => data.messageId ?? null)),
    arrayText(run.map(({ data }) => data.text)),
    arrayText(run.map(({ time }) => time)),
  ]);
}

async function forget(session: Session, { source, subject, time, data }: Content<'ContentForgotten'>): Promise<void> {
  const ids = data.messageIds;
  await session.run(REMEMBER_FORGOTTEN_SQL, [source, subject, arrayText(ids ?? ['']), time, data.by]);
  if (ids === undefined) await session.run(FORGET_THREAD_SQL, [source, subject]);
  else await session.run(FORGET_MESSAGES_SQL, [source, subject, arrayText(ids)]);
}
