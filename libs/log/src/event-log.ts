import type { Topic } from '@offramp/events';
import type { Fact, Facts } from '@offramp/ladder';

/** A record to write. `key` is the thread's key (`threadKey`), or empty where a record belongs to no thread. */
export interface NewRecord {
  readonly key: string;
  readonly value: Uint8Array;
}

/** A record as it stands on the log. `value` may be kept: it is never overwritten after it was handed out. */
export interface StoredRecord extends NewRecord {
  readonly offset: number;
  readonly value: Buffer;
  /** When the log took it, ms since 1970; for retention and lag, never for decisions. */
  readonly timestamp: number;
}

export interface Append {
  readonly topic: Topic;
  readonly partition: number;
  readonly records: readonly NewRecord[];
}

export interface ReadOptions {
  /** Default 1,000. */
  readonly maxRecords?: number;
  /** Stops after the record that reaches this; at least one record is returned. Default 4 MiB. */
  readonly maxBytes?: number;
  /** How long to wait for the first record where there is none yet, ms. Default 0. */
  readonly waitMs?: number;
  /** Ends the waiting early; the read then resolves with no records. */
  readonly signal?: AbortSignal;
}

export interface ReadResult {
  readonly records: readonly StoredRecord[];
  /** Where to read on. May be larger than the last offset + 1 where records were removed. */
  readonly next: number;
  /** The offset that the next record of the partition will get. */
  readonly end: number;
}

/** How far the decider has come: the offset of the last handled input, and partition time (ms) after it. */
export interface Progress {
  readonly offset: number;
  readonly time: number;
}

export interface DeciderCommit {
  /** Records for `decisions.v1` of the same partition number, in order. */
  readonly decisions: readonly NewRecord[];
  readonly facts: readonly Fact[];
  readonly progress: Progress;
}

/** The decider's state of one partition: the facts it reads, and the one way to write them. */
export interface PartitionState {
  readonly partition: number;
  /** undefined: nothing was handled yet. */
  readonly progress: Progress | undefined;
  readonly facts: Facts;
  /**
   * Decisions first, then facts, then progress: a later part is never durable without the earlier ones. Standalone: one
   * transaction. After a failure the state is of unknown outcome: close it, open it again, and go on from its progress.
   */
  commit(commit: DeciderCommit): Promise<void>;
  /**
   * Deletes facts that are expired together with all earlier ones of their (kind, scope, name), by partition time `time`,
   * written before offset `below`. Records the horizon. Returns how many were deleted; at most `limit` in one call.
   */
  sweep(time: number, below: number, limit: number): Promise<number>;
  close(): Promise<void>;
}

/** Told which partitions this member may work on. A revoked one is given up when `revoked` has resolved. */
export interface GroupListener {
  assigned(partition: number): void;
  revoked(partition: number): Promise<void>;
}

export interface Membership {
  leave(): Promise<void>;
}

/**
 * A partitioned, durable log. Two adapters pass the same contract suite (`contract/`): embedded (LMDB, one process) and
 * Kafka. Nothing outside this library knows which one it works on.
 */
export interface EventLog {
  /** The number of partitions of every topic, fixed at creation. */
  readonly partitions: number;
  /**
   * Writes all records, in the order given, and resolves when they are durable, with the offset of the first record of
   * each append. A later append of the list is never durable without the earlier ones. Throws `LogError`.
   */
  append(appends: readonly Append[]): Promise<readonly number[]>;
  /** Reads one partition from an offset. `OffsetOutOfRange` where `from` is before the first record or after the end. */
  read(topic: Topic, partition: number, from: number, options?: ReadOptions): Promise<ReadResult>;
  /** The first offset still there, and the one that comes next. */
  bounds(topic: Topic, partition: number): Promise<{ readonly start: number; readonly end: number }>;
  /** Removes records written before `before` (ms since 1970) from `content.v1`, `raw.v1` or `dead.v1`; returns how many. */
  trim(topic: Topic, partition: number, before: number): Promise<number>;
  /** Restores the decider's state of a partition. One open state for each partition in a process. */
  openState(partition: number): Promise<PartitionState>;
  /** Takes part in sharing the partitions among the members of a group; embedded, one member gets all. */
  join(group: string, listener: GroupListener): Promise<Membership>;
  close(): Promise<void>;
}

/** An operating failure of the log. `retriable`: the same call may succeed later. */
export class LogError extends Error {
  constructor(
    message: string,
    readonly retriable: boolean,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Nothing is there at that offset: removed by retention, or never written. Never answered by a silent reset. */
export class OffsetOutOfRange extends LogError {
  constructor(
    readonly topic: Topic,
    readonly partition: number,
    readonly offset: number,
    bounds: { readonly start: number; readonly end: number },
  ) {
    super(`${topic} ${partition}: offset ${offset} is outside of ${bounds.start}..${bounds.end}`, false);
  }
}

/** There is no room to write. Nothing was written; free some space and try again. */
export class LogFull extends LogError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, true, options);
  }
}
