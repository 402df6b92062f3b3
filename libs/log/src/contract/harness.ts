import { TOPICS, type Topic } from '@offramp/events';
import type { EventLog, NewRecord, StoredRecord } from '../event-log.js';

export interface OpenOptions {
  readonly partitions: number;
  /** Where the adapter has no clock of its own to set, it declares `clock: false`. */
  readonly now?: () => number;
}

/** A log over storage of its own, as one test sees it. */
export interface LogHarness {
  /** The log that is open now. */
  readonly log: EventLog;
  /** Closes it and opens it over the same storage, as a restart would. */
  reopen(): Promise<EventLog>;
  /** Closes it and removes the storage. */
  destroy(): Promise<void>;
}

/** What an adapter can do beyond the port. Tests of a feature that is not there are not registered. */
export interface LogFeatures {
  /** Timestamps come from `now`, so trimming can be tested to the record. */
  readonly clock: boolean;
  /** A group has one member in a process, and it gets all partitions. */
  readonly oneMember: boolean;
}

export interface LogContract {
  open(options: OpenOptions): Promise<LogHarness>;
  readonly features: LogFeatures;
}

export const PARTITIONS = 3;

/** Gives each test of the describe block a fresh log. */
export function withLog(contract: LogContract, options: OpenOptions = { partitions: PARTITIONS }): LogHarness {
  let harness: LogHarness;
  beforeEach(async () => {
    harness = await contract.open(options);
  });
  afterEach(() => harness.destroy());
  return {
    get log() {
      return harness.log;
    },
    reopen: () => harness.reopen(),
    destroy: () => harness.destroy(),
  };
}

export function record(text: string, key = 'acme/t1'): NewRecord {
  return { key, value: Buffer.from(text) };
}

export function records(...texts: string[]): NewRecord[] {
  return texts.map((text) => record(text));
}

export function texts(stored: readonly StoredRecord[]): string[] {
  return stored.map(({ value }) => value.toString());
}

/** Everything of a partition, in as many reads as it takes. */
export async function readAll(log: EventLog, topic: Topic, partition: number): Promise<StoredRecord[]> {
  const all: StoredRecord[] = [];
  const { start, end } = await log.bounds(topic, partition);
  let from = start;
  while (from < end) {
    const result = await log.read(topic, partition, from);
    expect(result.next).toBeGreaterThan(from);
    all.push(...result.records);
    from = result.next;
  }
  return all;
}

export async function appendTo(log: EventLog, partition: number, news: readonly NewRecord[]): Promise<number> {
  const [first] = await log.append([{ topic: TOPICS.inbound, partition, records: news }]);
  return first!;
}
