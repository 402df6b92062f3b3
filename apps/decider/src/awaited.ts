import type { StoredRecord } from '@offramp/log';

/** The last field of canonical bytes. What is written otherwise is decided all the same, but may wait for the lingering. */
const VERDICT_WANTED = Buffer.from('"verdictWanted":true}}');

/** Whether somebody waits for the verdict, by the last bytes of a record: each of them is asked this. */
export function isAwaited({ value }: Pick<StoredRecord, 'value'>): boolean {
  const at = value.length - VERDICT_WANTED.length;
  return at > 0 && value.compare(VERDICT_WANTED, 0, VERDICT_WANTED.length, at) === 0;
}
