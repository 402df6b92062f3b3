import { INBOUND_TYPES } from '@offramp/events';
import type { Session } from '../database/database.js';
import type { Entry } from '../projection/entry.js';
import { arrayText } from '../projection/sql-values.js';
import { type Key, keyOf, partsOf } from '../projection/table.js';
import { WITHOUT_A_POLICY } from '../rebuild/versions.js';

/*
 * An entry that cannot be projected parks its thread: it and the later ones of the thread wait, in order, and everything else goes
 * on. They are written down in the transaction that moves the cursor past them, so that each is either projected or parked, once.
 *
 * Threads do not see each other, but all of a tenant see the activations of its policies. While one of those waits, the tenant's
 * rows are made under the policy before it, and a retry does not make them again: so the tables count as filled by no version of
 * the program, and ask for a rebuild, until one has taken their place.
 */

/** What an entry waits with. */
export interface Held {
  readonly entry: Entry;
  /** Partition time up to and including it, ms since 1970: what it will be projected under. */
  readonly timeMs: number;
}

/** The entry that parks its thread, and why. */
export interface Parking {
  readonly entry: Entry;
  readonly cause: string;
}

/** More than this, and it is the program that is wrong and not the events: the partition stops instead. */
export const PARKED_MAX = 1_000;

export const PARKED_OF_PARTITION_SQL = `
SELECT tenant, thread_id FROM offramp_v1.parked_threads WHERE log_partition = $1`;

export const PARK_SQL = `
INSERT INTO offramp_v1.parked_threads (log_partition, tenant, thread_id, log_offset, since, cause)
VALUES ($1, $2, $3, $4, now(), $5)`;

export const HOLD_SQL = `
INSERT INTO offramp_v1.parked_entries (log_partition, tenant, thread_id, log_offset, time_ms, entry)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::text[])`;

export const OUTDATE_SQL = `UPDATE offramp_v1.projection_versions SET version = ${WITHOUT_A_POLICY}`;

/** The thread of an entry. What could not be decoded belongs to the thread of what was decided about it, or to none. */
export function threadOf({ event, decisions }: Entry): Key {
  const of = event ?? decisions[0];
  return of === undefined ? keyOf('', '') : keyOf(of.source, of.subject);
}

/** Threads of a partition that are parked. */
export async function parkedThreads(session: Session, partition: number): Promise<Set<Key>> {
  const rows = await session.raw(PARKED_OF_PARTITION_SQL, [partition]);
  return new Set(rows.map(([tenant, threadId]) => keyOf(tenant!, threadId!)));
}

export async function park(session: Session, partition: number, { entry, cause }: Parking): Promise<void> {
  const [tenant, threadId] = partsOf(threadOf(entry));
  await session.run(PARK_SQL, [partition, tenant!, threadId!, entry.offset, cause]);
}

export async function hold(session: Session, partition: number, held: readonly Held[]): Promise<void> {
  if (held.length === 0) return;
  const threads = held.map(({ entry }) => partsOf(threadOf(entry)));
  await session.run(HOLD_SQL, [
    partition,
    arrayText(threads.map(([tenant]) => tenant!)),
    arrayText(threads.map(([, threadId]) => threadId!)),
    arrayText(held.map(({ entry }) => entry.offset)),
    arrayText(held.map(({ timeMs }) => timeMs)),
    // An escape where JSON allows one, so that nothing in it is refused as the entry itself may have been.
    arrayText(held.map(({ entry }) => JSON.stringify(entry))),
  ]);
  if (held.some(({ entry }) => entry.event?.type === INBOUND_TYPES.PolicyActivated)) await session.run(OUTDATE_SQL);
}
