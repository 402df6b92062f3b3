import { LogError, type StoredRecord } from '../event-log.js';
import { unpackRecords } from './gunzip.js';

/*
 * Record batches as they come from a broker (Kafka protocol, message format 2). Ours and not kafkajs's, because that one
 * shows no batch whose records were all compacted away: a reader then can't know where to go on, and kafkajs jumps to the
 * end. It also hands out offsets as strings, which costs as much as all the rest.
 *
 *   8 base offset, 4 length of what follows, 4 leader epoch, 1 magic, 4 CRC, 2 attributes, 4 last offset delta,
 *   8 base timestamp, 8 max timestamp, 8 producer id, 2 producer epoch, 4 base sequence, 4 count, records
 *   record: length, attributes, timestamp delta, offset delta, key, value, headers; variable-length integers, zigzag
 */

/** Where bytes lie in a batch; a negative length stands for null. */
interface Place {
  readonly at: number;
  readonly length: number;
}

/** Few readers look at the key, and some at neither; so both are cut out only for those who do. */
export class RawRecord implements StoredRecord {
  private wholeValue: Buffer | undefined;

  constructor(
    readonly offset: number,
    /** ms since 1970. */
    readonly timestamp: number,
    private readonly body: Buffer,
    private readonly keyPlace: Place,
    private readonly valuePlace: Place,
  ) {}

  get rawKey(): Buffer | null {
    return cut(this.body, this.keyPlace);
  }

  /** null: everything of this key is to be forgotten (a compacted topic). */
  get rawValue(): Buffer | null {
    return cut(this.body, this.valuePlace);
  }

  get key(): string {
    const { at, length } = this.keyPlace;
    return length <= 0 ? '' : this.body.toString('utf8', at, at + length);
  }

  get value(): Buffer {
    return (this.wholeValue ??= this.rawValue ?? EMPTY);
  }

  get valueLength(): number {
    return Math.max(0, this.valuePlace.length);
  }
}

function cut(body: Buffer, { at, length }: Place): Buffer | null {
  return length < 0 ? null : body.subarray(at, at + length);
}

const EMPTY = Buffer.alloc(0);

export interface RecordBatches {
  readonly records: readonly RawRecord[];
  /** Behind the last batch; undefined where there is none. */
  readonly next: number | undefined;
}

const LENGTH_AT = 8;
const BODY_AT = 12;
const MAGIC_AT = 16;
const ATTRIBUTES_AT = 21;
const LAST_OFFSET_DELTA_AT = 23;
const BASE_TIMESTAMP_AT = 27;
const MAX_TIMESTAMP_AT = 35;
const COUNT_AT = 57;
const RECORDS_AT = 61;
const MAGIC = 2;
const LOG_APPEND_TIME = 0x08;
const CONTROL = 0x20;

/** All records from an offset on: the first batch may begin before it, and the last may be cut off. */
export async function decodeRecordBatches(bytes: Buffer, from: number): Promise<RecordBatches> {
  const records: RawRecord[] = [];
  let next: number | undefined;
  let at = 0;
  while (at + RECORDS_AT <= bytes.length) {
    const end = at + BODY_AT + bytes.readInt32BE(at + LENGTH_AT);
    if (end > bytes.length) break;
    const batch = bytes.subarray(at, end);
    if (batch[MAGIC_AT] !== MAGIC)
      throw new LogError(`a batch has the unknown message format ${batch[MAGIC_AT]}`, false);
    await decodeBatch(batch, from, records);
    next = Math.max(from, offsetAt(batch, 0) + batch.readInt32BE(LAST_OFFSET_DELTA_AT) + 1);
    at = end;
  }
  return { records, next };
}

async function decodeBatch(batch: Buffer, from: number, records: RawRecord[]): Promise<void> {
  const attributes = batch.readInt16BE(ATTRIBUTES_AT);
  // Marks of transactions, which belong to no reader.
  if ((attributes & CONTROL) !== 0) return;
  const count = batch.readInt32BE(COUNT_AT);
  if (count === 0) return;
  const body = await unpackRecords(attributes, batch.subarray(RECORDS_AT));
  const base = offsetAt(batch, 0);
  const appended = (attributes & LOG_APPEND_TIME) === 0 ? undefined : offsetAt(batch, MAX_TIMESTAMP_AT);
  const baseTimestamp = offsetAt(batch, BASE_TIMESTAMP_AT);
  const cursor = new Cursor(body);
  for (let index = 0; index < count; index++) {
    const end = cursor.int() + cursor.at;
    cursor.at++;
    const timestampDelta = cursor.int();
    const offset = base + cursor.int();
    const key = cursor.bytes();
    const value = cursor.bytes();
    if (cursor.at > body.length) throw new LogError('a batch ends in the middle of a record', false);
    cursor.at = end;
    if (offset < from) continue;
    records.push(new RawRecord(offset, appended ?? baseTimestamp + timestampDelta, body, key, value));
  }
}

function offsetAt(bytes: Buffer, at: number): number {
  return Number(bytes.readBigInt64BE(at));
}

class Cursor {
  at = 0;

  constructor(private readonly buffer: Buffer) {}

  /** A zigzag integer of up to 53 bits. */
  int(): number {
    let unsigned = 0;
    let factor = 1;
    for (;;) {
      const byte = this.buffer[this.at++];
      if (byte === undefined) throw new LogError('a batch ends in the middle of a record', false);
      unsigned += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
      factor *= 128;
    }
    return unsigned % 2 === 0 ? unsigned / 2 : -(unsigned + 1) / 2;
  }

  bytes(): Place {
    const length = this.int();
    const { at } = this;
    if (length > 0) this.at += length;
    return { at, length };
  }
}
