import type { Topic } from '@offramp/events';
import { LogError, OffsetOutOfRange, type ReadOptions, type ReadResult, type StoredRecord } from '../event-log.js';
import type { Environment, RecordsDatabase } from './environment.js';
import type { Change, GroupCommit, Transaction } from './group-commit.js';
import { type RecordBatch, countOf, timestampOf, unpackRecords } from './record-batch.js';
import { Waiters } from './waiters.js';

const READ_RECORDS = 1000;
const READ_BYTES = 4 * 2 ** 20;
/** Batches that one transaction removes, so that writers don't wait long for a trim. */
const TRIM_BATCHES = 256;

/** One partition of one topic: where it begins and ends, and its records. */
export class PartitionLog {
  private readonly records: RecordsDatabase;
  private readonly waiters = new Waiters();
  private readonly startKey: string;
  /** The offset of the next record, counting what is on its way to the disk. */
  private reserved: number;
  private trimming: Promise<unknown> = Promise.resolve();
  private first: number;
  private durable: number;

  readonly topic: Topic;
  readonly partition: number;

  constructor(
    { topic, partition }: { readonly topic: Topic; readonly partition: number },
    private readonly environment: Environment,
    private readonly commits: GroupCommit,
  ) {
    this.topic = topic;
    this.partition = partition;
    this.records = environment.records(topic, partition);
    this.startKey = `start/${topic}/${partition}`;
    this.first = (environment.meta.get(this.startKey) as number | undefined) ?? 0;
    this.durable = Math.max(this.first, this.endOfLastBatch());
    this.reserved = this.durable;
  }

  get start(): number {
    return this.first;
  }

  /** Everything before it is durable; nothing from it on can be read. */
  get end(): number {
    return this.durable;
  }

  /** Puts the batches behind all others; returns the offset of the first record. */
  write(transaction: Transaction, batches: readonly RecordBatch[]): number {
    const first = this.reserved;
    for (const { count, bytes } of batches) {
      transaction.append(this.records, this.reserved, bytes);
      this.reserved += count;
    }
    return first;
  }

  /** The records before `end` are durable now. */
  advance(end: number): void {
    if (end <= this.durable) return;
    this.durable = end;
    this.waiters.wake();
  }

  async read(from: number, options: ReadOptions = {}): Promise<ReadResult> {
    this.checkOffset(from);
    if (from === this.durable) {
      await this.waiters.wait(options);
      if (this.waiters.closed) return { records: [], next: from, end: this.durable };
      this.checkOffset(from);
    }
    return this.readNow(from, options);
  }

  private checkOffset(offset: number): void {
    if (Number.isInteger(offset) && offset >= this.first && offset <= this.durable) return;
    throw new OffsetOutOfRange(this.topic, this.partition, offset, { start: this.first, end: this.durable });
  }

  private readNow(from: number, { maxRecords = READ_RECORDS, maxBytes = READ_BYTES }: ReadOptions): ReadResult {
    const end = this.durable;
    const records: StoredRecord[] = [];
    let size = 0;
    const take = (record: StoredRecord): boolean => {
      records.push(record);
      size += record.value.length;
      return records.length < maxRecords && size < maxBytes;
    };
    if (from < end) {
      for (const { key: base, value } of this.records.getRange({ start: this.baseOf(from), end })) {
        unpackRecords(value, { base, from }, take);
        if (records.length >= maxRecords || size >= maxBytes) break;
      }
    }
    return { records, next: from + records.length, end };
  }

  /** The offset of the batch that holds an offset. */
  private baseOf(offset: number): number {
    for (const base of this.records.getKeys({ start: offset, reverse: true, limit: 1 })) return base;
    throw new LogError(`${this.topic} ${this.partition}: no record at ${offset}; the log is damaged`, false);
  }

  private endOfLastBatch(): number {
    for (const { key, value } of this.records.getRange({ reverse: true, limit: 1 })) return key + countOf(value);
    return 0;
  }

  /** One trim at a time, or a record would be counted twice. */
  trim(before: number): Promise<number> {
    const trimmed = this.trimming.then(() => this.trimNow(before));
    this.trimming = trimmed.catch(() => undefined);
    return trimmed;
  }

  private async trimNow(before: number): Promise<number> {
    let removed = 0;
    for (;;) {
      const { bases, end } = this.batchesBefore(before);
      if (bases.length === 0) return removed;
      removed += await this.commits.submit(this.removal(bases, end));
    }
  }

  private removal(bases: readonly number[], end: number): Change<number> {
    const count = end - this.first;
    return {
      bytes: 0,
      puts: bases.length + 1,
      write: (transaction) => {
        for (const base of bases) transaction.remove(this.records, base);
        transaction.put(this.environment.meta, this.startKey, end);
        // Not only when it is durable: LMDB may show the removal to a read a moment before we hear of it.
        this.first = end;
      },
      applied: () => count,
    };
  }

  /** The oldest batches, up to the first that is not older: what remains is always without gaps. */
  private batchesBefore(before: number): { readonly bases: number[]; readonly end: number } {
    const bases: number[] = [];
    let end = this.first;
    for (const { key, value } of this.records.getRange({ start: this.first, end: this.durable, limit: TRIM_BATCHES })) {
      if (timestampOf(value) >= before) break;
      bases.push(key);
      end = key + countOf(value);
    }
    return { bases, end };
  }

  close(): void {
    this.waiters.close();
  }
}
