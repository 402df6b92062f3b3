import type { Cursor, Entry } from '../projection/entry.js';

/** History once more, as the projector reads it; `mergedSource` of the log is one. */
export interface RebuildSource {
  readonly partitions: number;
  /** From a cursor on, in order, as far as it is decided now. */
  pieces(
    partition: number,
    from: Cursor,
  ): AsyncIterable<{ readonly entries: readonly Entry[]; readonly cursor: Cursor }>;
  /** How a thread opens the same source for itself; absent: partitions are filled in the thread that has this one. */
  readonly opener?: SourceOpener;
}

/** What can be said to a thread. */
export interface SourceOpener {
  /** The address of a module that exports `openRebuildSource`. */
  readonly module: string;
  /** What that is called with: anything that `structuredClone` takes. */
  readonly given: unknown;
}

export interface OpenRebuildSource extends Pick<RebuildSource, 'pieces'> {
  close(): Promise<void>;
}
