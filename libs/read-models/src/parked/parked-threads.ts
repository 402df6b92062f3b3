import type { Database } from '../database/database.js';
import type { Entry } from '../projection/entry.js';
import type { ProjectionScope } from '../projections/scope.js';
import { ACTIONS_SQL, PARKED_COUNT_SQL, PARKED_LIST_SQL, PARKED_THREAD_SQL, WAITING_SQL } from './parked-sql.js';
import { type WhoAndWhy, discardFirst, retryParked } from './retry.js';

/** A thread that waits since an entry could not be projected. */
export interface ParkedThread {
  readonly tenant: string;
  readonly threadId: string;
  /** Where the entry stands on inbound.v1, `partition:offset`. */
  readonly position: string;
  /** When the entry failed for the first time, RFC 3339. */
  readonly since: string;
  /** Why, without a word of anybody's. */
  readonly cause: string;
  /** Entries that wait, it included. */
  readonly waiting: number;
}

/** An entry that waits. */
export interface WaitingEntry {
  readonly position: string;
  /** Wire names; null where the event could not be decoded. */
  readonly type: string | null;
  readonly decisions: readonly string[];
}

export interface ParkedAction {
  readonly action: 'retry' | 'discard';
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

/** How many entries were projected, and the thread where it is parked still. */
export interface Released {
  readonly handled: number;
  readonly parked?: ParkedThread;
}

/** Threads whose entries wait because one of them could not be projected. */
export interface ParkedThreads {
  count(): Promise<number>;
  /** The longest parked first. */
  list(): Promise<readonly ParkedThread[]>;
  of(tenant: string, threadId: string): Promise<ParkedThread | undefined>;
  show(tenant: string, threadId: string): Promise<ParkedDetails | undefined>;
  /** Projects what waits, in order, as far as it goes. undefined: the thread is not parked. */
  retry(asked: WhoAndWhy): Promise<Released | undefined>;
  /** The same without the entry that parked the thread: the read models will lack it until they are rebuilt. */
  discard(asked: WhoAndWhy): Promise<Released | undefined>;
}

const DETAILS_MAX = 100;

/** `scope`: what the read models hold. */
export function createParkedThreads(database: Database, scope: ProjectionScope = 'all'): ParkedThreads {
  async function of(tenant: string, threadId: string): Promise<ParkedThread | undefined> {
    const [row] = await database.query<Row>(PARKED_THREAD_SQL, [tenant, threadId]);
    return row === undefined ? undefined : told(row);
  }

  async function release(asked: WhoAndWhy, isDiscarded: boolean): Promise<Released | undefined> {
    const { tenant, threadId } = asked;
    const [row] = await database.query<Row>(PARKED_THREAD_SQL, [tenant, threadId]);
    if (row === undefined) return undefined;
    const thread = { ...row, database, scope };
    if (isDiscarded) await discardFirst(thread, asked);
    const handled = await retryParked(thread, isDiscarded ? undefined : asked);
    const parked = await of(tenant, threadId);
    return parked === undefined ? { handled } : { handled, parked };
  }

  return {
    count: async () => (await database.query<{ count: number }>(PARKED_COUNT_SQL))[0]!.count,
    list: async () => (await database.query<Row>(PARKED_LIST_SQL)).map(told),
    of,
    async show(tenant, threadId) {
      const [row] = await database.query<Row>(PARKED_THREAD_SQL, [tenant, threadId]);
      if (row === undefined) return undefined;
      const waiting = await database.raw(WAITING_SQL, [tenant, threadId, row.partition, DETAILS_MAX]);
      const actions = await database.query<ParkedAction & { at: Date }>(ACTIONS_SQL, [tenant, threadId]);
      return {
        ...told(row),
        entries: waiting.map(([offset, , entry]) => waitingEntry(row.partition, Number(offset), entry!)),
        actions: actions.map((action) => ({ ...action, at: action.at.toISOString() })),
      };
    },
    retry: (asked) => release(asked, false),
    discard: (asked) => release(asked, true),
  };
}

interface Row extends Omit<ParkedThread, 'position' | 'since'> {
  readonly partition: number;
  readonly offset: number;
  readonly since: Date;
}

function told({ tenant, threadId, partition, offset, since, cause, waiting }: Row): ParkedThread {
  return { tenant, threadId, position: `${partition}:${offset}`, since: since.toISOString(), cause, waiting };
}

function waitingEntry(partition: number, offset: number, text: string): WaitingEntry {
  const { event, decisions } = JSON.parse(text) as Entry;
  return {
    position: `${partition}:${offset}`,
    type: event?.type ?? null,
    decisions: decisions.map(({ type }) => type),
  };
}
