import { INBOUND_TYPES, TOPICS, inboundCodec } from '@offramp/events';
import { RECENT_POSITIONS, type RecentIds, createRecentIds } from '@offramp/ladder';
import type { EventLog, StoredRecord } from '@offramp/log';

const READ_RECORDS = 8192;

/**
 * The ids of the messages at the positions before `next`, read again from the input log: what tells a repeat of a message
 * without a parent id. It is never stored, because the log already says it.
 */
export async function readRecentIds(log: EventLog, partition: number, next: number): Promise<RecentIds> {
  const recent = createRecentIds();
  const { start } = await log.bounds(TOPICS.inbound, partition);
  let offset = Math.max(start, next - RECENT_POSITIONS);
  while (offset < next) {
    const { records, next: after } = await log.read(TOPICS.inbound, partition, offset, { maxRecords: READ_RECORDS });
    for (const record of records) {
      if (record.offset >= next) break;
      const id = messageEventIdOf(record);
      if (id !== undefined) recent.record(id, record.offset);
    }
    if (after <= offset) break;
    offset = after;
  }
  return recent;
}

/** Our own ingest writes the envelope in this order, with an id that needs no escape; anything else is decoded. */
const CANONICAL =
  /^\{"specversion":"1\.0","id":"([^"\\]+)","source":"[^"\\]*","subject":"(?:[^"\\]|\\.)*","type":"([^"\\]+)"/;
/** Longest envelope before `data`: id (2,048), tenant and subject, with room for escapes. */
const HEAD_BYTES = 4096;

function messageEventIdOf(record: StoredRecord): string | undefined {
  const match = CANONICAL.exec(record.value.toString('latin1', 0, HEAD_BYTES));
  if (match !== null) return match[2] === INBOUND_TYPES.MessagePosted ? match[1] : undefined;
  const decoded = inboundCodec.decode(record.value);
  if (decoded.kind !== 'event' || decoded.event.type !== INBOUND_TYPES.MessagePosted) return undefined;
  return decoded.event.id;
}
