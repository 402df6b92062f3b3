import type { Entry } from './entry.js';
import type { Rows } from './rows.js';
import type { KeyPart, RowOf, Table } from './table.js';

/** Asks for rows before a batch is handled, so that `evolve` finds them in memory. */
export interface Wanted {
  row(table: Table, first: KeyPart, second?: KeyPart, third?: KeyPart): void;
  /** The same for a row that the entry makes, unless it was made before, which is rare: the database may be spared the question. */
  made(table: Table, first: KeyPart, second?: KeyPart, third?: KeyPart): void;
  /** Rows that cannot be named by their key, by the columns of the finder. */
  find(finder: Finder, first: KeyPart, second?: KeyPart, third?: KeyPart): void;
}

/** How to find rows by some columns, for instance "the lines of this thread that are not clear". */
export interface Finder {
  readonly table: Table;
  /** Columns that `find` gives, in its order. */
  readonly by: readonly string[];
  /** What follows in the WHERE clause over the table `x`; may be empty. */
  readonly rest: string;
}

/** Where an entry stands beside its own content. */
export interface Context {
  readonly partition: number;
  /** Partition time up to and including the entry, ms since 1970. */
  readonly time: number;
}

/** What one round of loading asks for; it sees what the rounds before it have loaded. */
export type Round = (entry: Entry, rows: Rows, wanted: Wanted) => void;

/**
 * A read model: a table and a pure function over its rows. `evolve` reads rows and returns those that an entry makes or
 * changes; it never asks the database or the clock, so any split of the log into batches gives the same rows.
 */
export interface Projection<Of extends Table = Table> {
  readonly table: Of;
  /**
   * Raised by one whenever other rows would be written for the same log, also where that is because of another projection that
   * this one reads; absent: 1. It is stored with the tables, so that the program knows that they need a rebuild.
   */
  readonly version?: number;
  /** What `evolve` will read, in up to `ROUNDS` rounds; a row that is not there is simply not found. */
  readonly rounds?: readonly Round[];
  evolve(entry: Entry, rows: Rows, context: Context): readonly RowOf<Of>[];
}

/** Threads first, then what their rows name, then what those rows name. */
export const ROUNDS = 3;

export const NO_ROWS: readonly never[] = [];
