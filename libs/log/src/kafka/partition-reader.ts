import type { Topic } from '@offramp/events';
import { LogError, OffsetOutOfRange, type ReadOptions, type ReadResult } from '../event-log.js';
import { tryUntilRecovered } from './failure.js';
import { type FetchSession, type FetchSessions, NoSuchOffset } from './fetch-session.js';
import type { RawRecord } from './record-batches.js';

const READ_RECORDS = 1000;
const READ_BYTES = 4 * 2 ** 20;
/** What a broker hands out at once, as it lies there. */
const FETCH_BYTES = 2 ** 20;
/** A fetch that brings nothing although there is something asks for more, up to this. */
const FETCH_BYTES_MAX = 64 * 2 ** 20;
/** A waiting fetch holds its connections; after this it is asked again whether somebody still waits. */
const WAIT_SLICE_MS = 500;
/** What was fetched and not read yet, for the readers that come back for it. */
const KEPT_MAX = 4;

export interface RawRead {
  readonly records: readonly RawRecord[];
  readonly next: number;
  readonly end: number;
}

export interface ReaderOptions {
  readonly topic: Topic;
  readonly partition: number;
  /** With its prefix. */
  readonly name: string;
  readonly sessions: FetchSessions;
  readonly bounds: () => Promise<{ readonly start: number; readonly end: number }>;
  /** Ends everything. */
  readonly closing: AbortSignal;
}

interface Kept {
  readonly from: number;
  readonly read: RawRead;
}

/** Reads one partition from any position, without a consumer group. */
export class PartitionReader {
  private kept: Kept[] = [];
  private readonly key: string;

  constructor(private readonly options: ReaderOptions) {
    this.key = `${options.name}/${options.partition}`;
  }

  async read(from: number, options: ReadOptions = {}): Promise<ReadResult> {
    const raw = this.takeKept(from) ?? (await this.fetchWaiting(from, options));
    const { taken, rest } = cut(raw, options);
    if (rest !== undefined) this.keep(rest.from, rest.read);
    return taken;
  }

  /** As it lies there, with the marks of what is to be forgotten; for the decider's own topic. Does not wait. */
  async readRaw(from: number): Promise<RawRead> {
    return this.takeKept(from) ?? this.fetch(from, 0);
  }

  /** What was removed from the log is not handed out any more. */
  forgetKept(): void {
    this.kept = [];
  }

  private takeKept(from: number): RawRead | undefined {
    const index = this.kept.findIndex((each) => each.from === from);
    return index < 0 ? undefined : this.kept.splice(index, 1)[0]!.read;
  }

  private keep(from: number, read: RawRead): void {
    this.kept.push({ from, read });
    if (this.kept.length > KEPT_MAX) this.kept.shift();
  }

  private async fetchWaiting(from: number, { waitMs = 0, signal }: ReadOptions): Promise<RawRead> {
    const until = performance.now() + waitMs;
    const stops = signal === undefined ? [this.options.closing] : [signal, this.options.closing];
    let end = from;
    for (let at = from; ;) {
      const left = Math.max(0, Math.ceil(until - performance.now()));
      const read = await this.fetchUnlessStopped(at, Math.min(left, WAIT_SLICE_MS), stops);
      if (read === undefined) return { records: [], next: at, end };
      if (read.records.length > 0 || left === 0) return read;
      at = read.next;
      end = read.end;
    }
  }

  /** undefined: the waiting was ended. What the fetch still brings is kept for the next read. */
  private async fetchUnlessStopped(
    from: number,
    waitMs: number,
    stops: readonly AbortSignal[],
  ): Promise<RawRead | undefined> {
    if (waitMs === 0) return this.fetch(from, 0);
    if (stops.some(({ aborted }) => aborted)) return undefined;
    let isStopped = false;
    let stop: () => void = () => undefined;
    const stopped = new Promise<undefined>((resolve) => {
      stop = () => {
        isStopped = true;
        resolve(undefined);
      };
    });
    // Not `AbortSignal.any`: the log's own signal lives as long as the process, and would remember each of them.
    for (const signal of stops) signal.addEventListener('abort', stop);
    const fetching = this.fetch(from, waitMs).then((read) => {
      if (isStopped && read.records.length > 0) this.keep(from, read);
      return read;
    });
    try {
      return await Promise.race([fetching, stopped]);
    } finally {
      for (const signal of stops) signal.removeEventListener('abort', stop);
      if (isStopped) fetching.catch(() => undefined);
    }
  }

  private async fetch(from: number, waitMs: number): Promise<RawRead> {
    const { topic, partition, sessions, bounds, closing } = this.options;
    if (!Number.isSafeInteger(from) || from < 0) {
      throw new OffsetOutOfRange(topic, partition, from, await bounds());
    }
    const attempts = { what: `${topic} ${partition} can not be read`, signal: closing };
    try {
      return await sessions.use(this.key, (session) =>
        tryUntilRecovered(attempts, async () => this.fetchOnce(session, from, waitMs)),
      );
    } catch (error) {
      if (error instanceof NoSuchOffset) {
        throw new OffsetOutOfRange(topic, partition, from, await bounds());
      }
      throw error;
    }
  }

  private async fetchOnce(session: FetchSession, from: number, waitMs: number): Promise<RawRead> {
    const { name, topic, partition } = this.options;
    for (let maxBytes = FETCH_BYTES; maxBytes <= FETCH_BYTES_MAX; maxBytes *= 4) {
      const { records, next, end } = await session.fetch({ topic: name, partition, from, waitMs, maxBytes });
      if (records.length > 0 || next !== undefined || from >= end) return { records, next: next ?? from, end };
    }
    throw new LogError(`${topic} ${partition}: nothing can be read at ${from}, before the end`, true);
  }
}

interface Cut {
  readonly taken: RawRead;
  readonly rest?: Kept;
}

function cut(read: RawRead, { maxRecords = READ_RECORDS, maxBytes = READ_BYTES }: ReadOptions): Cut {
  const { records, end } = read;
  let count = 0;
  let size = 0;
  while (count < records.length && count < maxRecords && size < maxBytes) size += records[count++]!.valueLength;
  if (count === records.length) return { taken: read };
  const next = records[count - 1]!.offset + 1;
  const rest = { from: next, read: { ...read, records: records.slice(count) } };
  return { taken: { records: records.slice(0, count), next, end }, rest };
}
