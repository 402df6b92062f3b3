import type { Progress } from '../event-log.js';
import type { LocalStore, Reading } from './local-store.js';
import type { RawRead } from './partition-reader.js';
import type { RawRecord } from './record-batches.js';
import type { Turns } from './turns.js';

/**
 * Records that are put in the order of their keys, at about 500 bytes of memory each. Keys are spread over the whole store, so
 * each time nearly all of its pages are written again.
 */
const APPLY_RECORDS = 300_000;

/** `facts.v1` of one partition. */
export interface FactsTopic {
  bounds(): Promise<{ readonly start: number; readonly end: number }>;
  read(from: number): Promise<RawRead>;
}

/** So many records take memory that a process has for a few partitions only. */
const LARGE_RECORDS = 50_000;

/** Brings a local store that was just opened up to date, or fills it anew where it can't be trusted. */
export async function restore(store: LocalStore, topic: FactsTopic, turns: Turns): Promise<void> {
  await wipeWhereInDoubt(store, topic);
  const { start, end } = await topic.bounds();
  const isLarge = end - Math.max(start, store.reading.next) > LARGE_RECORDS;
  await (isLarge ? turns.take(() => readOn(store, topic)) : readOn(store, topic));
}

/** Reads all of a partition's facts.v1 that is not in the local store yet, and tells the keys that changed. */
export async function readOn(
  store: LocalStore,
  topic: FactsTopic,
  onChanged: (keys: readonly Buffer[]) => void = () => undefined,
): Promise<void> {
  const { start, end } = await topic.bounds();
  let from = Math.max(start, store.reading.next);
  let records: RawRecord[] = [];
  while (from < end) {
    const read = await topic.read(from);
    for (const record of read.records) records.push(record);
    from = read.next;
    if (records.length < APPLY_RECORDS && from < end) continue;
    onChanged(await store.apply(records, from));
    records = [];
  }
}

/** The local store may be of another topic of the same name, or of a longer past of this one. */
async function wipeWhereInDoubt(store: LocalStore, topic: FactsTopic): Promise<void> {
  const { next, last } = store.reading;
  if (next === 0) return;
  const { start, end } = await topic.bounds();
  if (next > end) return store.wipe();
  if (last === undefined || last.offset < start) return;
  const found = (await topic.read(last.offset)).records.find(({ offset }) => offset === last.offset);
  // It may also be gone, by compaction.
  if (found !== undefined && found.timestamp !== last.timestamp) await store.wipe();
}

/**
 * Where to go on: after the greatest progress that stands on facts.v1, of whatever owner. Never after what the local store
 * alone says, and not where facts were deleted that a fold from there would need.
 */
export function progressOf({ progress, horizon }: Reading): Progress | undefined {
  let greatest: Progress | undefined;
  for (const each of Object.values(progress)) if (each.offset > (greatest?.offset ?? -1)) greatest = each;
  return horizon !== undefined && horizon.at > (greatest?.offset ?? -1) ? undefined : greatest;
}
