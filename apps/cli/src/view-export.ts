import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { type SqlAnswer, csvCells } from '@offramp/read-models';
import type { AskSql } from './ask-sql.js';
import { rowObjects } from './sql-output.js';

/** The views, and the columns by which their rows are read part by part. Those without are small: so many rows a day, or fewer. */
export const EXPORTED_VIEWS: Readonly<Record<string, readonly string[]>> = {
  threads: ['tenant', 'thread_id'],
  branches: ['tenant', 'thread_id', 'branch_id'],
  messages: ['tenant', 'thread_id', 'message_id'],
  decisions: ['tenant', 'decision_id'],
  endings: ['tenant', 'decision_id'],
  feedback: ['tenant', 'thread_id', 'feedback_id'],
  reviews: ['tenant', 'thread_id', 'review_id'],
  guards: ['tenant', 'thread_id', 'position'],
  policies: ['tenant', 'activation_id'],
  exposure_daily: [],
};

export type ExportFormat = 'ndjson' | 'csv';

export interface ViewExport {
  readonly ask: AskSql;
  readonly directory: string;
  readonly format: ExportFormat;
  /** Rows of one statement: what is in memory at a time. */
  readonly rowsAtOnce?: number;
}

const ROWS_AT_ONCE = 5_000;
const ROWS_OF_A_SMALL_VIEW = 100_000;
const TIMEOUT_MS = 60_000;

/**
 * Writes one view as a file; returns its name and the number of rows. Statements are short, so that projecting goes on in between;
 * rows written meanwhile may or may not be among them.
 */
export async function exportView(view: string, options: ViewExport): Promise<{ file: string; rows: number }> {
  const { directory, format } = options;
  const file = `${view}.${format}`;
  const stream = createWriteStream(join(directory, file), { flags: 'wx' });
  await once(stream, 'open');
  let rows = 0;
  try {
    for await (const part of partsOf(view, options)) {
      const head = format === 'csv' && rows === 0 ? `${csvCells(part.columns)}\r\n` : '';
      if (!stream.write(head + textOf(part, format))) await once(stream, 'drain');
      rows += part.rows.length;
    }
  } finally {
    stream.end();
    await once(stream, 'close');
  }
  return { file, rows };
}

async function* partsOf(view: string, { ask, rowsAtOnce = ROWS_AT_ONCE }: ViewExport): AsyncGenerator<SqlAnswer> {
  const key = EXPORTED_VIEWS[view]!;
  const rowsMax = key.length === 0 ? ROWS_OF_A_SMALL_VIEW : rowsAtOnce;
  let past = '';
  for (;;) {
    const order = key.length === 0 ? '' : ` ORDER BY ${key.join(', ')}`;
    const answer = await ask({ sql: `SELECT * FROM ${view}${past}${order}`, rowsMax, timeoutMs: TIMEOUT_MS });
    yield answer;
    const last = answer.rows.at(-1);
    if (!answer.truncated || last === undefined) return;
    if (key.length === 0) throw new Error(`${view} has more than ${rowsMax} rows`);
    const values = key.map((column) => literal(String(last[answer.columns.indexOf(column)])));
    past = ` WHERE (${key.join(', ')}) > (${values.join(', ')})`;
  }
}

/** E'…' means the same whatever the server makes of a backslash in a plain text. */
function literal(text: string): string {
  return `E'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function textOf(part: SqlAnswer, format: ExportFormat): string {
  if (format === 'csv') return part.rows.map((row) => `${csvCells(row)}\r\n`).join('');
  return rowObjects(part)
    .map((row) => `${JSON.stringify(row)}\n`)
    .join('');
}
