import type { EventLog, ReadResult, StoredRecord } from '@offramp/log';
import { pause } from './back-off.js';
import type { BatchHandlerOptions } from './batch-handler.js';

const MAX_RECORDS = 1000;
const MAX_BYTES = 4 * 2 ** 20;
/** How long one read waits; only so that nothing waits for ever. An append ends the waiting at once. */
const WAIT_MS = 10_000;

export interface BatchReaderOptions {
  readonly log: EventLog;
  readonly handler: BatchHandlerOptions;
  readonly partition: number;
  /** Ends all waiting. */
  readonly signal: AbortSignal;
  /** Whether somebody waits for everything to be handled; then there is no lingering. */
  readonly isHurried: () => boolean;
  /** Called when there are records, before the lingering for more. */
  readonly onRecords: () => void;
}

/** Puts together the batches of one partition. */
export class BatchReader {
  private lingering: AbortController | undefined;

  constructor(private readonly options: BatchReaderOptions) {
    // Not `AbortSignal.any` for each lingering: Node 20 keeps something of each of them for as long as the longest signal lives.
    options.signal.addEventListener('abort', () => this.lingering?.abort());
  }

  /** The records from an offset on, when there are some, or none when the waiting has ended without any. */
  async read(from: number): Promise<ReadResult> {
    const { log, handler, partition, signal, onRecords } = this.options;
    const { topic, maxRecords = MAX_RECORDS, maxBytes = MAX_BYTES, lingerMs = 0 } = handler;
    const first = await log.read(topic, partition, from, { maxRecords, maxBytes, waitMs: WAIT_MS, signal });
    if (first.records.length === 0) return first;
    onRecords();
    return lingerMs > 0 ? this.linger(first, performance.now() + lingerMs) : first;
  }

  /** Ends the lingering, if there is one. */
  hurry(): void {
    this.lingering?.abort();
  }

  private async linger(first: ReadResult, until: number): Promise<ReadResult> {
    const { log, handler, partition, isHurried } = this.options;
    const { topic, maxRecords = MAX_RECORDS, maxBytes = MAX_BYTES, urgent } = handler;
    const records = [...first.records];
    let size = sizeOf(records);
    let last = first;
    this.lingering = new AbortController();
    const { signal } = this.lingering;
    if (this.options.signal.aborted) return first;
    while (!signal.aborted && !isHurried() && !this.isUrgent(last.records)) {
      const limits = { maxRecords: maxRecords - records.length, maxBytes: maxBytes - size };
      const waitMs = until - performance.now();
      if (waitMs <= 0 || limits.maxRecords <= 0 || limits.maxBytes <= 0) break;
      // Where nothing that arrives can end the lingering, one look at its end costs less than one at each record.
      if (urgent === undefined) await pause(waitMs, signal);
      last = await log.read(topic, partition, last.next, { ...limits, ...(urgent && { waitMs }), signal });
      records.push(...last.records);
      size += sizeOf(last.records);
    }
    return { records, next: last.next, end: last.end };
  }

  private isUrgent(records: readonly StoredRecord[]): boolean {
    const { urgent } = this.options.handler;
    return urgent !== undefined && records.some(urgent);
  }
}

function sizeOf(records: readonly StoredRecord[]): number {
  return records.reduce((sum, record) => sum + record.value.length, 0);
}
