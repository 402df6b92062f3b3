import type { Topic } from '@offramp/events';
import { type Append, LogError } from '../event-log.js';
import type { RecordToSend } from './partition-sender.js';
import { BATCH_BYTES_MAX } from './topics.js';

/** What batch and record need beside the keys and values. */
const OVERHEAD_BYTES = 64 * 1024;
/** As for the embedded log: the value has to be held in memory several times. */
const VALUE_BYTES_MAX = 16 * 2 ** 20;

export interface Part {
  readonly topic: Topic;
  readonly partition: number;
  readonly records: readonly RecordToSend[];
}

/** Copies the value, so the caller may use its buffer again at once. */
export function toRecord({ key, value }: Append['records'][number]): RecordToSend {
  if (value.length > VALUE_BYTES_MAX) {
    throw new LogError(`a record of ${value.length} bytes is over the limit of ${VALUE_BYTES_MAX}`, false);
  }
  return { key: key === '' ? null : key, value: Buffer.from(value) };
}

/** The records of an append get consecutive offsets, so they are one batch. */
export function checkSize(topic: Topic, records: readonly RecordToSend[]): void {
  const size = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0);
  const limit = BATCH_BYTES_MAX - OVERHEAD_BYTES;
  if (size > limit) throw new LogError(`an append of ${size} bytes to ${topic} is over the limit of ${limit}`, false);
}
