import { TOPICS, TOPIC_NAMES, type Topic, isTopic } from '@offramp/events';
import {
  type Append,
  type EventLog,
  type GroupListener,
  LogError,
  type Membership,
  type PartitionState,
  type ReadOptions,
  type ReadResult,
} from '../event-log.js';
import { type Environment, type MetaDatabase, openEnvironment } from './environment.js';
import { FreeSpace } from './free-space.js';
import { type Change, GroupCommit } from './group-commit.js';
import { Groups } from './membership.js';
import { PartitionLog } from './partition-log.js';
import { EmbeddedState } from './partition-state.js';
import { type RecordBatch, packRecords } from './record-batch.js';

export interface EmbeddedLogOptions {
  /** Created where it is missing. One process at a time may have it open: whoever opens it holds a lock of its own. */
  readonly dir: string;
  /** 1 to 256, fixed at creation, where it is 8 by default. Later another number is refused; leave it out for what is there. */
  readonly partitions?: number | undefined;
  /** Room that is left on the disk: writes that would go below are refused with LogFull. Default 64 MiB. */
  readonly minFreeBytes?: number;
  /** ms since 1970, for the timestamps of records. Default `Date.now`. */
  readonly now?: () => number;
}

const MIN_FREE_BYTES = 64 * 2 ** 20;
/** Topics with texts or bytes of others have a retention; history has none. */
const TRIMMED_TOPICS: readonly Topic[] = [TOPICS.content, TOPICS.raw, TOPICS.dead];

/** Opens the log that lies in a directory, or creates it. Throws LogError. */
export async function openEmbeddedLog(options: EmbeddedLogOptions): Promise<EventLog> {
  const environment = await openEnvironment(options.dir, options.partitions);
  const now = options.now ?? Date.now;
  const space = new FreeSpace(options.dir, options.minFreeBytes ?? MIN_FREE_BYTES);
  return new EmbeddedLog(environment, new GroupCommit(environment, space), now);
}

class EmbeddedLog implements EventLog {
  readonly partitions: number;
  readonly failed: Promise<LogError>;
  private readonly logs = new Map<Topic, readonly PartitionLog[]>();
  private readonly states = new Map<number, Promise<EmbeddedState>>();
  private readonly groups: Groups;
  private closing: Promise<void> | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly commits: GroupCommit,
    private readonly now: () => number,
  ) {
    this.partitions = environment.partitions;
    this.failed = commits.failed;
    this.groups = new Groups(this.partitions, {
      get: (name) => environment.meta.get(name) as number | undefined,
      put: (name, next) => commits.submit(putMeta(environment.meta, name, next)),
    });
    for (const topic of TOPIC_NAMES) {
      const partitions = Array.from({ length: this.partitions }, (_, index) => index);
      this.logs.set(
        topic,
        partitions.map((partition) => new PartitionLog({ topic, partition }, environment, commits)),
      );
    }
  }

  async append(appends: readonly Append[]): Promise<readonly number[]> {
    const timestamp = this.now();
    const parts = appends.map(({ topic, partition, records }) => {
      return { log: this.at(topic, partition), batches: packRecords(records, timestamp), count: records.length };
    });
    return this.commits.submit(appendChange(parts));
  }

  async checkRoom(): Promise<void> {
    this.checkOpen();
    await this.commits.checkRoom();
  }

  async read(topic: Topic, partition: number, from: number, options?: ReadOptions): Promise<ReadResult> {
    return this.at(topic, partition).read(from, options);
  }

  async bounds(topic: Topic, partition: number): Promise<{ readonly start: number; readonly end: number }> {
    const { start, end } = this.at(topic, partition);
    return { start, end };
  }

  async trim(topic: Topic, partition: number, before: number): Promise<number> {
    const log = this.at(topic, partition);
    if (!TRIMMED_TOPICS.includes(topic)) throw new LogError(`${topic} is kept for ever and cannot be trimmed`, false);
    return log.trim(before);
  }

  async openState(partition: number): Promise<PartitionState> {
    const decisions = this.at(TOPICS.decisions, partition);
    if (this.states.has(partition)) throw new LogError(`the state of partition ${partition} is open already`, false);
    const { environment, commits, now } = this;
    const onClose = (): void => void this.states.delete(partition);
    const opening = EmbeddedState.open({ environment, commits, decisions, now, onClose });
    this.states.set(partition, opening);
    try {
      return await opening;
    } catch (error) {
      onClose();
      throw error;
    }
  }

  async join(group: string, listener: GroupListener): Promise<Membership> {
    this.checkOpen();
    return this.groups.join(group, listener);
  }

  close(): Promise<void> {
    return (this.closing ??= this.closeNow());
  }

  /** What was appended before is durable when this has resolved; reads that wait end without records. */
  private async closeNow(): Promise<void> {
    await this.commits.close();
    const states = await Promise.allSettled(this.states.values());
    for (const state of states) if (state.status === 'fulfilled') await state.value.close();
    for (const logs of this.logs.values()) for (const log of logs) log.close();
    await this.environment.close();
  }

  private at(topic: Topic, partition: number): PartitionLog {
    this.checkOpen();
    if (!isTopic(topic)) throw new LogError(`there is no topic ${String(topic)}`, false);
    const log = this.logs.get(topic)?.[partition];
    if (log === undefined) throw new LogError(`${topic} has no partition ${partition}, only ${this.partitions}`, false);
    return log;
  }

  private checkOpen(): void {
    if (this.closing !== undefined) throw new LogError('the log is closed', false);
  }
}

interface AppendPart {
  readonly log: PartitionLog;
  readonly batches: readonly RecordBatch[];
  readonly count: number;
}

/** Keys and values so small that only the page they lie in counts. */
const META_BYTES = 64;

function putMeta(meta: MetaDatabase, name: string, value: number): Change<void> {
  return {
    bytes: META_BYTES,
    puts: 1,
    write: (transaction) => transaction.put(meta, name, value),
    applied: () => undefined,
  };
}

function appendChange(parts: readonly AppendPart[]): Change<readonly number[]> {
  const offsets: number[] = [];
  return {
    bytes: parts.reduce((sum, { batches }) => sum + batches.reduce((size, { bytes }) => size + bytes.length, 0), 0),
    puts: parts.reduce((sum, { batches }) => sum + batches.length, 0),
    write: (transaction) => {
      for (const { log, batches } of parts) offsets.push(log.write(transaction, batches));
    },
    applied: () => {
      for (const [index, { log, count }] of parts.entries()) log.advance(offsets[index]! + count);
      return offsets;
    },
  };
}
