/** For tests of other projects. */
export { byHand } from './by-hand.js';
export { holdByHand, letGoByHand, untilHeld } from './held-by-hand.js';
export { readParquetFile } from './read-parquet.js';
export type { ParquetColumn, ReadParquet } from './read-parquet.js';
