import { CONTENT_TYPES, SOURCE_OF_PARTITION, TOPICS } from '@offramp/events';
import type { Database } from '../database/database.js';
import type { Entry } from '../projection/entry.js';
import type { ProjectionScope } from '../projections/scope.js';
import { discardFirstContent, retryContents } from './parked-contents.js';
import { WAITING_CONTENTS_SQL } from './parked-contents-sql.js';
import {
  ACTIONS_SQL,
  PARKED_COUNT_SQL,
  PARKED_LIST_SQL,
  PARKED_THREAD_SQL,
  QUARANTINED_SQL,
  WAITING_SQL,
} from './parked-sql.js';
import type { ParkedTopic } from './parked-topic.js';
import { type Thread, type WhoAndWhy, discardFirst, retryParked } from './retry.js';

/** A thread that waits since an event could not be projected, or a text not be stored. */
export interface ParkedThread {
  readonly tenant: string;
  readonly threadId: string;
  readonly topic: ParkedTopic;
  /** Where the event stands on the topic, `partition:offset`. */
  readonly position: string;
  /** When it failed for the first time, RFC 3339. */
  readonly since: string;
  /** Why, without a word of anybody's. */
  readonly cause: string;
  /** How many wait, it included. */
  readonly waiting: number;
}

/** An event that waits. */
export interface WaitingEntry {
  readonly position: string;
  /** Wire names; null where the event could not be decoded. */
  readonly type: string | null;
  readonly decisions: readonly string[];
  /** Of a text: what it is. */
  readonly kind?: string;
}

export interface ParkedAction {
  readonly action: 'retry' | 'discard';
  readonly topic: ParkedTopic;
  readonly position: string;
  readonly at: string;
  readonly by: string;
  readonly reason: string;
}

export interface ParkedDetails extends ParkedThread {
  /** The first of them, at most `DETAILS_MAX`. */
  readonly entries: readonly WaitingEntry[];
  /** What was done about the thread before. */
  readonly actions: readonly ParkedAction[];
}

/** A record of inbound.v1 that no version can decode: it belongs to no thread, and nothing waits for it. */
export interface QuarantinedRecord {
  readonly topic: typeof TOPICS.inbound;
  readonly position: string;
  /** Partition time when it was read, RFC 3339. */
  readonly since: string;
  readonly cause: string;
}

/** How many entries were projected, and the thread where it is parked still. */
export interface Released {
  readonly handled: number;
  readonly parked?: ParkedThread;
}

/** Threads of which something waits, because one of their events could not be projected or one of their texts not be stored. */
export interface ParkedThreads {
  /** Of both topics; a thread may count twice. */
  count(): Promise<number>;
  /** The longest parked first. */
  list(): Promise<readonly ParkedThread[]>;
  of(tenant: string, threadId: string, topic?: ParkedTopic): Promise<ParkedThread | undefined>;
  show(tenant: string, threadId: string, topic?: ParkedTopic): Promise<ParkedDetails | undefined>;
  /** The first of them, at most `max`. */
  quarantined(max: number): Promise<readonly QuarantinedRecord[]>;
  /** Projects what waits, in order, as far as it goes. undefined: the thread is not parked. */
  retry(asked: WhoAndWhy): Promise<Released | undefined>;
  /** The same without the event that parked the thread: the read models will lack it (of inbound.v1, until they are rebuilt). */
  discard(asked: WhoAndWhy): Promise<Released | undefined>;
}

const DETAILS_MAX = 100;

/** `scope`: what the read models hold. */
export function createParkedThreads(database: Database, scope: ProjectionScope = 'all'): ParkedThreads {
  async function find(tenant: string, threadId: string, topic?: ParkedTopic): Promise<Row | undefined> {
    const rows = await database.query<Row>(PARKED_THREAD_SQL, [tenant, threadId]);
    return topic === undefined ? rows[0] : rows.find((row) => row.topic === topic);
  }

  async function of(tenant: string, threadId: string, topic?: ParkedTopic): Promise<ParkedThread | undefined> {
    const row = await find(tenant, threadId, topic);
    return row === undefined ? undefined : told(row);
  }

  async function release(asked: WhoAndWhy, isDiscarded: boolean): Promise<Released | undefined> {
    const { tenant, threadId } = asked;
    const row = await find(tenant, threadId, asked.topic);
    if (row === undefined) return undefined;
    const { discard, retry } = RELEASING[row.topic];
    const thread = { ...row, database, scope };
    if (isDiscarded) await discard(thread, asked);
    const handled = await retry(thread, isDiscarded ? undefined : asked);
    const parked = await of(tenant, threadId, row.topic);
    return parked === undefined ? { handled } : { handled, parked };
  }

  return {
    count: async () => (await database.query<{ count: number }>(PARKED_COUNT_SQL))[0]!.count,
    list: async () => (await database.query<Row>(PARKED_LIST_SQL)).map(told),
    of,
    async show(tenant, threadId, topic) {
      const row = await find(tenant, threadId, topic);
      if (row === undefined) return undefined;
      const actions = await database.query<ParkedAction & { at: Date }>(ACTIONS_SQL, [tenant, threadId]);
      return {
        ...told(row),
        entries: await waitingOf(database, row),
        actions: actions.map((action) => ({ ...action, at: action.at.toISOString() })),
      };
    },
    async quarantined(max) {
      const rows = await database.query<Pick<Row, 'partition' | 'offset' | 'cause'> & { at: Date }>(QUARANTINED_SQL, [
        SOURCE_OF_PARTITION,
        max,
      ]);
      return rows.map(({ partition, offset, at, cause }) => ({
        ...{ topic: TOPICS.inbound, position: `${partition}:${offset}`, since: at.toISOString(), cause },
      }));
    },
    retry: (asked) => release(asked, false),
    discard: (asked) => release(asked, true),
  };
}

interface Releasing {
  retry(thread: Thread, asked: WhoAndWhy | undefined): Promise<number>;
  discard(thread: Thread, asked: WhoAndWhy): Promise<void>;
}

const RELEASING: Readonly<Record<ParkedTopic, Releasing>> = {
  [TOPICS.inbound]: { retry: retryParked, discard: discardFirst },
  [TOPICS.content]: { retry: retryContents, discard: discardFirstContent },
};

interface Row extends Omit<ParkedThread, 'position' | 'since'> {
  readonly partition: number;
  readonly offset: number;
  readonly since: Date;
}

function told({ tenant, threadId, topic, partition, offset, since, cause, waiting }: Row): ParkedThread {
  return { tenant, threadId, topic, position: `${partition}:${offset}`, since: since.toISOString(), cause, waiting };
}

/** The first of them. */
async function waitingOf(database: Database, row: Row): Promise<WaitingEntry[]> {
  const { tenant, threadId, topic, partition } = row;
  const key = [tenant, threadId, partition, DETAILS_MAX];
  if (topic === TOPICS.inbound) {
    const entries = await database.raw(WAITING_SQL, key);
    return entries.map(([offset, , entry]) => waitingEntry(`${partition}:${offset}`, entry!));
  }
  const texts = await database.raw(WAITING_CONTENTS_SQL, key);
  return texts.map(([offset, kind]) => ({
    position: `${partition}:${offset}`,
    type: CONTENT_TYPES.ContentStored,
    decisions: [],
    kind: kind!,
  }));
}

function waitingEntry(position: string, text: string): WaitingEntry {
  const { event, decisions } = JSON.parse(text) as Entry;
  return { position, type: event?.type ?? null, decisions: decisions.map(({ type }) => type) };
}
