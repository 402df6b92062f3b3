import { Readable } from 'node:stream';
import { csvHead, csvLine } from '@offramp/read-models';
import { CSV_TYPE } from './media-types.js';

/** Text that is gathered before it is handed on: one write for some hundred rows instead of one each. */
const CHUNK_CHARACTERS = 32_768;
/** Chunks that wait for a slow reader. */
const CHUNKS_AHEAD = 2;

export interface RowStreamOptions {
  readonly type: string;
  /** The fields of a row in order, for CSV. */
  readonly columns: readonly string[];
}

/**
 * All rows as text, no faster than they are read: while the reader is slow no row is asked for, and when it goes away the
 * rows are closed. So the memory that it takes does not depend on their number.
 */
export function rowStream<Row extends object>(rows: AsyncIterable<Row>, options: RowStreamOptions): Readable {
  return Readable.from(chunksOf(rows, options), { objectMode: true, highWaterMark: CHUNKS_AHEAD });
}

async function* chunksOf<Row extends object>(rows: AsyncIterable<Row>, { type, columns }: RowStreamOptions) {
  const isCsv = type === CSV_TYPE;
  let chunk = isCsv ? csvHead(columns) : '';
  for await (const row of rows) {
    chunk += isCsv ? csvLine(columns, row) : `${JSON.stringify(row)}\n`;
    if (chunk.length < CHUNK_CHARACTERS) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}
