import { type DeadEvent, TOPICS, deadCodec } from '@offramp/events';
import type { EventLog } from './event-log.js';

/** A record that an ingest could not take, as `dead.v1` names it. The bytes stay where they are. */
export interface RejectedRecord {
  /** Where it stands on the topic. */
  readonly topic: string;
  readonly position: string;
  /** When it was rejected, RFC 3339. */
  readonly since: string;
  readonly cause: string;
  /** The field that is wrong, where it is one of the contract. */
  readonly field?: string;
}

/** The first `max` of each partition that retention has left, each once however often it was rejected. Throws LogError. */
export async function rejectedRecords(log: EventLog, max: number): Promise<readonly RejectedRecord[]> {
  const all: RejectedRecord[] = [];
  for (let partition = 0; partition < log.partitions; partition++) {
    for (const record of await rejectedIn(log, partition, max)) all.push(record);
  }
  return all;
}

async function rejectedIn(log: EventLog, partition: number, max: number): Promise<RejectedRecord[]> {
  const found = new Map<string, RejectedRecord>();
  const { start, end } = await log.bounds(TOPICS.dead, partition);
  for (let next = start; next < end && found.size < max;) {
    const { records, next: readTo } = await log.read(TOPICS.dead, partition, next);
    for (const { value } of records) {
      const decoded = deadCodec.decode(value);
      // What a newer program writes there is for a newer program to list.
      if (decoded.kind === 'event' && !found.has(decoded.event.id)) found.set(decoded.event.id, told(decoded.event));
    }
    if (readTo <= next) break;
    next = readTo;
  }
  return [...found.values()].slice(0, max);
}

function told({ time, data }: DeadEvent): RejectedRecord {
  const { topic, position, cause, field } = data;
  return { topic, position, since: time, cause, ...(field === undefined ? {} : { field }) };
}
