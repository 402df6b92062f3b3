import type { DecisionEvent, InboundEvent } from '@offramp/events';

/**
 * One position of the merged stream (ADR 0005): an input and everything that the decider said about it. `event` is null
 * where the bytes of the input could not be read; then a RecordQuarantined is among the decisions.
 */
export interface Entry {
  readonly offset: number;
  readonly event: InboundEvent | null;
  /** In the order of their index, without Progress. */
  readonly decisions: readonly DecisionEvent[];
}

/** How far a partition is projected. Entries are whole, so the last (position, index) handled is (`inbound` - 1, all). */
export interface Cursor {
  /** The offset of the next input. */
  readonly inbound: number;
  /** Where to read decisions.v1 on from; earlier records are of entries that are projected. */
  readonly decisions: number;
}

export interface Batch {
  readonly partition: number;
  /** From `claim`. A later claim of the partition makes every batch of this one change nothing. */
  readonly epoch: number;
  /** Where the batch begins: the first input offset that it covers. */
  readonly from: number;
  /** Ascending offsets, none before `from`. Positions without an entry are gaps of the log. */
  readonly entries: readonly Entry[];
  /** Where to go on after it. */
  readonly next: Cursor;
}

/**
 * `applied`: the rows and the cursor are committed; entries that were projected before were left out.
 * `gap`: the batch begins after the stored cursor, so that something in between would be lost; go on from `cursor`.
 * `superseded`: another owner claimed the partition; stop.
 */
export interface Applied {
  readonly kind: 'applied' | 'gap' | 'superseded';
  readonly entries: number;
  readonly cursor: Cursor;
  /** Entries that could not be projected: their threads wait from there on, and everything else went on. */
  readonly parked?: readonly { readonly offset: number; readonly cause: string }[];
}
