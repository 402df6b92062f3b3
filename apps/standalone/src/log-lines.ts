import { type Position, type Topic, parsePosition, position } from '@offramp/events';
import type { EventLog, StoredRecord } from '@offramp/log';

export interface LogLinesOptions {
  readonly topic: Topic;
  /** Only this partition. */
  readonly partition?: number | undefined;
  /** Records before it in the order of the lines are left out; must be within what is there. */
  readonly from?: Position | undefined;
  /** Goes on with what is written, until `signal`. */
  readonly follow?: boolean | undefined;
  readonly signal: AbortSignal;
}

const BATCH = { maxRecords: 1000 };
/** A silent stream says so this often with an empty line, so that nobody on the way takes it for dead. */
const HEARTBEAT_MS = 15_000;

/**
 * A topic as NDJSON: `{"position":"3:1041","event":{…}}`, partitions in order, each as far as it reached when its turn came.
 * The event is the record's own bytes where they are JSON, else `"bytes"` in base64. Yields texts of whole lines.
 */
export async function* logLines(log: EventLog, options: LogLinesOptions): AsyncGenerator<string, void> {
  const { topic, signal } = options;
  const partitions = partitionsOf(log, options);
  const next = new Map<number, number>();
  for (const partition of partitions) {
    const { start, end } = await log.bounds(topic, partition);
    let offset = firstOffset(partition, options, { start, end });
    while (offset < end && !signal.aborted) {
      const read = await log.read(topic, partition, offset, BATCH);
      yield read.records.map((record) => lineOf(partition, record)).join('');
      offset = read.next;
    }
    next.set(partition, offset);
  }
  if (options.follow === true) yield* tail(log, options, next);
}

export function partitionsOf(log: EventLog, { partition }: Pick<LogLinesOptions, 'partition'>): readonly number[] {
  return partition === undefined ? Array.from({ length: log.partitions }, (_, index) => index) : [partition];
}

function firstOffset(
  partition: number,
  { from, follow }: LogLinesOptions,
  { start, end }: { readonly start: number; readonly end: number },
): number {
  if (from === undefined) return start;
  const first = parsePosition(from);
  if (partition === first.partition) return first.offset;
  // What stands in earlier partitions comes before `from`; what is written there from now on comes after it.
  if (partition < first.partition) return follow === true ? end : Infinity;
  return start;
}

/** What is written, whichever partition it goes to. */
async function* tail(log: EventLog, options: LogLinesOptions, next: Map<number, number>): AsyncGenerator<string, void> {
  const { topic, signal } = options;
  const waiting = new Map<number, Promise<{ partition: number; text: string }>>();
  const wait = (partition: number) => {
    const read = log.read(topic, partition, next.get(partition)!, { ...BATCH, waitMs: HEARTBEAT_MS, signal });
    waiting.set(
      partition,
      read.then(({ records, next: after }) => {
        next.set(partition, after);
        return { partition, text: records.map((record) => lineOf(partition, record)).join('') };
      }),
    );
  };
  for (const partition of next.keys()) wait(partition);
  while (!signal.aborted) {
    const { partition, text } = await Promise.race(waiting.values());
    if (signal.aborted) break;
    wait(partition);
    yield text === '' ? '\n' : text;
  }
  await Promise.allSettled(waiting.values());
}

function lineOf(partition: number, record: StoredRecord): string {
  const json = jsonIn(record.value.toString('utf8'));
  const said = json === undefined ? `"bytes":"${record.value.toString('base64')}"` : `"event":${json}`;
  return `{"position":"${position(partition, record.offset)}",${said}}\n`;
}

/** The text itself where it is JSON on one line; what a platform wrote over several lines is written on one. */
function jsonIn(text: string): string | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return text.includes('\n') ? JSON.stringify(value) : text;
  } catch {
    return undefined;
  }
}
