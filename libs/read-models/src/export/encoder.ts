import type { RawRow } from '../database/database.js';

/** Makes the bytes of one file out of the rows of one view. What it holds at a time does not depend on their number. */
export interface Encoder {
  /** The bytes that are ready after these rows: possibly none. */
  rows(rows: readonly RawRow[]): Uint8Array;
  /** The last bytes. Nothing may come afterwards. */
  end(): Uint8Array;
}
