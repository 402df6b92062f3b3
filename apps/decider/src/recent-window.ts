import { INBOUND_TYPES, type InboundEvent, TOPICS, inboundCodec } from '@offramp/events';
import { RECENT_POSITIONS, type RecentIds, createRecentIds } from '@offramp/ladder';
import type { EventLog, StoredRecord } from '@offramp/log';

const READ_RECORDS = 8192;

/**
 * The ids of the messages at the latest positions: what tells a repeat of a message without a parent id. It is never stored,
 * because the input log already says it, and it is read from there when the first such message comes: a platform that sends
 * parent ids never pays for it.
 */
export class RecentWindow implements RecentIds {
  private ids: RecentIds | undefined;

  constructor(
    private readonly log: EventLog,
    private readonly partition: number,
  ) {}

  record(eventId: string, offset: number): void {
    // The id is a part of the text of its record, and would keep all of that in memory.
    this.ids?.record(Buffer.from(eventId).toString(), offset);
  }

  has(eventId: string, offset: number): boolean {
    if (this.ids === undefined) throw new Error('the recent ids were asked for before they were read');
    return this.ids.has(eventId, offset);
  }

  /** Whether an event can be folded now. If not, the window has to be read up to its offset first. */
  isReadyFor({ type, data }: InboundEvent): boolean {
    return this.ids !== undefined || type !== INBOUND_TYPES.MessagePosted || data.parentId !== undefined;
  }

  /** Reads the positions before an offset; what comes from there on is recorded. Throws LogError. */
  async read(next: number): Promise<void> {
    this.ids = await readRecentIds(this.log, this.partition, next);
  }
}

async function readRecentIds(log: EventLog, partition: number, next: number): Promise<RecentIds> {
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
