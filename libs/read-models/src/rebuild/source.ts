import type { Cursor, Entry } from '../projection/entry.js';

/** History once more, as the projector reads it; `mergedSource` of the log is one. */
export interface RebuildSource {
  readonly partitions: number;
  /** From a cursor on, in order, as far as it is decided now. */
  pieces(
    partition: number,
    from: Cursor,
  ): AsyncIterable<{ readonly entries: readonly Entry[]; readonly cursor: Cursor }>;
}
