import { type RecordBatches, decodeRecordBatches } from './record-batches.js';

/*
 * The answer to a fetch of one partition (Kafka protocol, Fetch response version 11):
 *
 *   4 throttle time, 2 error, 4 session, 4 count of topics, 2 + topic, 4 count of partitions,
 *   4 partition, 2 error, 8 high watermark, 8 last stable offset, 8 log start,
 *   4 count of aborted transactions, 16 each, 4 preferred replica, 4 + record batches
 */

export interface FetchResponse extends RecordBatches {
  readonly errorCode: number;
  /** The offset that the next record gets, as far as it is safe to read. */
  readonly end: number;
}

const SESSION_ERROR_AT = 4;
const TOPIC_AT = 14;

export async function decodeFetchResponse(bytes: Buffer, from: number): Promise<FetchResponse> {
  const error = bytes.readInt16BE(SESSION_ERROR_AT);
  if (error !== 0) return { errorCode: error, end: from, records: [], next: undefined };
  // Behind the topic's name and the number of its partitions and the partition's own number.
  let at = TOPIC_AT + 2 + bytes.readInt16BE(TOPIC_AT) + 4 + 4;
  const errorCode = bytes.readInt16BE(at);
  const end = Number(bytes.readBigInt64BE(at + 2));
  at += 2 + 8 + 8 + 8;
  // -1 stands for none.
  at += 4 + 16 * Math.max(0, bytes.readInt32BE(at)) + 4;
  const size = Math.max(0, bytes.readInt32BE(at));
  const batches = await decodeRecordBatches(bytes.subarray(at + 4, at + 4 + size), from);
  return { errorCode, end, ...batches };
}
