import type { Database } from 'lmdb';

/** The facts of one partition in LMDB: key → value, as in `fact-codec.ts`. */
export type FactsDatabase = Database<Buffer, Buffer>;
