import { type NewRecord, type StoredRecord, LogError } from '../event-log.js';

/*
 * How records lie in LMDB: a few together under the offset of their first, because one value of 64 KiB costs about as much
 * to write and to find as one of 300 bytes. A batch is written once and whole, and is removed whole.
 *
 *   1 byte    layout, 1
 *   8 bytes   timestamp, ms since 1970, a double
 *   4 bytes   number of records
 *   each      2 bytes length of the key, 4 bytes length of the value, key (UTF-8), value
 */

const LAYOUT = 1;
const TIMESTAMP_AT = 1;
const COUNT_AT = 9;
const HEADER_BYTES = 13;
const RECORD_HEADER_BYTES = 6;

/** A batch is closed when it has reached this. A kept value keeps its batch in memory, so this is small. */
const BATCH_BYTES = 64 * 1024;
/** tenant (64) + slash + 128 code points of 4 bytes, percent-encoded, is 1,601. */
const KEY_BYTES_MAX = 0xffff;
/** A value larger than this is refused: it would have to be held in memory several times. */
export const VALUE_BYTES_MAX = 16 * 1024 * 1024;

export interface RecordBatch {
  readonly count: number;
  readonly bytes: Buffer;
}

/** Copies the records, so the caller may use its buffers again at once. Throws LogError for one that is too large. */
export function packRecords(records: readonly NewRecord[], timestamp: number): RecordBatch[] {
  const batches: RecordBatch[] = [];
  let first = 0;
  let size = HEADER_BYTES;
  for (const [index, record] of records.entries()) {
    const recordSize = sizeOf(record);
    if (index > first && size + recordSize > BATCH_BYTES) {
      batches.push(pack(records, { first, end: index, size, timestamp }));
      first = index;
      size = HEADER_BYTES;
    }
    size += recordSize;
  }
  if (records.length > first) batches.push(pack(records, { first, end: records.length, size, timestamp }));
  return batches;
}

function sizeOf(record: NewRecord): number {
  const keyBytes = Buffer.byteLength(record.key);
  if (keyBytes > KEY_BYTES_MAX) throw new LogError(`a key of ${keyBytes} bytes is too long`, false);
  if (record.value.length > VALUE_BYTES_MAX) {
    throw new LogError(`a record of ${record.value.length} bytes is over the limit of ${VALUE_BYTES_MAX}`, false);
  }
  return RECORD_HEADER_BYTES + keyBytes + record.value.length;
}

interface Slice {
  readonly first: number;
  readonly end: number;
  readonly size: number;
  readonly timestamp: number;
}

function pack(records: readonly NewRecord[], { first, end, size, timestamp }: Slice): RecordBatch {
  // Not from the pool: the write thread reads this memory until the transaction is over.
  const bytes = Buffer.allocUnsafeSlow(size);
  bytes[0] = LAYOUT;
  bytes.writeDoubleBE(timestamp, TIMESTAMP_AT);
  bytes.writeUInt32BE(end - first, COUNT_AT);
  let at = HEADER_BYTES;
  for (let index = first; index < end; index++) {
    const { key, value } = records[index]!;
    const keyBytes = bytes.write(key, at + RECORD_HEADER_BYTES);
    bytes.writeUInt16BE(keyBytes, at);
    bytes.writeUInt32BE(value.length, at + 2);
    bytes.set(value, at + RECORD_HEADER_BYTES + keyBytes);
    at += RECORD_HEADER_BYTES + keyBytes + value.length;
  }
  return { count: end - first, bytes };
}

export function timestampOf(batch: Buffer): number {
  return batch.readDoubleBE(TIMESTAMP_AT);
}

export function countOf(batch: Buffer): number {
  if (batch[0] !== LAYOUT) throw new LogError(`a batch of records has the unknown layout ${batch[0]}`, false);
  return batch.readUInt32BE(COUNT_AT);
}

/** Calls `take` for each record of the batch from the offset `from` on, until it answers false. */
export function unpackRecords(
  batch: Buffer,
  { base, from }: { readonly base: number; readonly from: number },
  take: (record: StoredRecord) => boolean,
): void {
  const count = countOf(batch);
  const timestamp = timestampOf(batch);
  let at = HEADER_BYTES;
  for (let index = 0; index < count; index++) {
    const keyAt = at + RECORD_HEADER_BYTES;
    const valueAt = keyAt + batch.readUInt16BE(at);
    at = valueAt + batch.readUInt32BE(keyAt - 4);
    if (base + index < from) continue;
    const key = batch.toString('utf8', keyAt, valueAt);
    if (!take({ offset: base + index, key, value: batch.subarray(valueAt, at), timestamp })) return;
  }
}
