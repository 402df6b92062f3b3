/** For tests of other projects. */
export { byHand } from './by-hand.js';
export { holdByHand, letGoByHand, untilHeld } from './held-by-hand.js';
export { readParquetFile } from './read-parquet.js';
export type { ParquetColumn, ReadParquet } from './read-parquet.js';
export { onServer, serverPlace } from './databases.js';
export type { TestPlace } from './databases.js';
export { exported } from './exported.js';
export type { Exported } from './exported.js';
export { project } from './opened.js';
export { acme } from './story.js';
