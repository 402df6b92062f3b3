import type { Topic } from '@offramp/events';
import type { Fact, Facts } from '@offramp/ladder';

/**
 * A record to write. `key` is the thread's key (`threadKey`), or empty where a record belongs to no thread: well-formed
 * Unicode, at most 65,535 bytes of UTF-8. The value is at most 16 MiB, and may be used again when `append` was called.
 */
export interface NewRecord {
  readonly key: string;
  readonly value: Uint8Array;
}

/**
 * A record as it stands on the log. `value` may be kept: it is never overwritten after it was handed out. It is part of a
 * larger buffer, so whoever keeps many small ones for long copies them.
 */
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
  /** Stops after the record whose value reaches this, in bytes of values; at least one is returned. Default 4 MiB. */
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
  /** A few thousand at most: one transaction that changes very many places makes later ones slow. */
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
   * transaction. What is committed is visible in `facts` when this has resolved. Commits take effect in the order of the
   * calls. After a failure of any kind the state is of unknown outcome and refuses all further writes: close it, open it
   * again, and go on from its progress. Throws `LogError`; its `retriable` says whether opening again may help.
   */
  commit(commit: DeciderCommit): Promise<void>;
  /**
   * Deletes facts that are expired together with all earlier ones of their (kind, scope, name), by partition time `time`,
   * written before offset `below`, and never any past progress. Records the horizon. Returns how many were deleted; at most
   * `limit` in one call. A call looks at a bounded number of facts, about 2 for each that it may delete, and the next one
   * goes on from there: 0 means that there was nothing in that part.
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
  /**
   * Where the group is in a partition: the offset that was kept last, by whichever member. undefined: none was kept yet.
   * Throws LogError.
   */
  position(topic: Topic, partition: number): Promise<number | undefined>;
  /**
   * Keeps where the group is: `next` is the offset of the first record that is not handled. For handlers whose effect is
   * outside of the log's own bookkeeping, and for lag tools. Throws LogError, retriable, where this member's word does not
   * count (any more): another has the partition, or the group is in motion.
   */
  keepPosition(topic: Topic, partition: number, next: number): Promise<void>;
  /** Gives up all partitions: resolves when `revoked` has resolved for each. */
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
   * Resolves with the reason when this log can't be written any more, whatever is tried: it has to be opened again, best by
   * a new process. Never rejects.
   */
  readonly failed: Promise<LogError>;
  /**
   * Writes all records, in the order given, and resolves when they are durable, with the offset of the first record of
   * each append. A later append of the list is never durable without the earlier ones. Throws `LogError`.
   */
  append(appends: readonly Append[]): Promise<readonly number[]>;
  /** Throws `LogFull` where an append would be refused now because there is no room, as far as that is known. Writes nothing. */
  checkRoom(): Promise<void>;
  /** Reads one partition from an offset. `OffsetOutOfRange` where `from` is before the first record or after the end. */
  read(topic: Topic, partition: number, from: number, options?: ReadOptions): Promise<ReadResult>;
  /** The first offset still there, and the one that comes next. */
  bounds(topic: Topic, partition: number): Promise<{ readonly start: number; readonly end: number }>;
  /**
   * Removes the oldest records of `content.v1`, `raw.v1` or `dead.v1`, up to the first that was not written before `before`
   * (ms since 1970); returns how many. Offsets are never used again. Other topics are refused: history is kept for ever.
   */
  trim(topic: Topic, partition: number, before: number): Promise<number>;
  /** Restores the decider's state of a partition. One open state for each partition in a process; a second is refused. */
  openState(partition: number): Promise<PartitionState>;
  /**
   * Takes part in sharing the partitions among the members of a group. `assigned` is called on a later turn of the event
   * loop. Embedded, one member gets all, and a second one of the same group is refused.
   */
  join(group: string, listener: GroupListener): Promise<Membership>;
  /** Ends reads that wait, finishes what was being written, and closes all states. Every later call throws `LogError`. */
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
