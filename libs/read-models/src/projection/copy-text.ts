import { sqlTableOf } from './table.js';
import type { AnyRow, Table, Value } from './table.js';

/** Gives whole rows to a table, in the text format of COPY (Postgres manual, COPY). Rows that are there make it fail. */
export function copySql(table: Table): string {
  return `COPY ${sqlTableOf(table)} (${table.columns.map(({ sqlName }) => `"${sqlName}"`).join(', ')}) FROM STDIN`;
}

/** What is set aside for the text of a row until one is known that takes more. */
const ROW_BYTES = 512;
/** UTF-8 takes at most three bytes for a unit of UTF-16. */
const BYTES_OF_UNIT = 3;

/** The rows in UTF-8. Each line becomes bytes at once: thousands of lines that wait as texts cost more than all the rest. */
export function copyText({ columns }: Table, rows: readonly AnyRow[]): Buffer {
  const names = columns.map(({ name }) => name);
  let bytes = Buffer.allocUnsafe(rows.length * ROW_BYTES);
  let length = 0;
  for (const row of rows) {
    const line = lineOf(names, row);
    const most = length + line.length * BYTES_OF_UNIT;
    if (most > bytes.length) bytes = Buffer.concat([bytes.subarray(0, length)], 2 * most);
    length += bytes.write(line, length);
  }
  return bytes.subarray(0, length);
}

function lineOf(names: readonly string[], row: AnyRow): string {
  let line = field(row[names[0]!]!);
  for (let i = 1; i < names.length; i++) line += `\t${field(row[names[i]!]!)}`;
  return `${line}\n`;
}

/** What means something else in this format, and NUL, which Postgres has no place for (see sql-values.ts). */
const SPECIAL = /[\\\t\n\r\u0000]/;
const ESCAPES: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\u0000': '\ufffd',
};

function field(value: Value): string {
  if (value === null) return '\\N';
  if (typeof value !== 'string') return String(value);
  return SPECIAL.test(value) ? value.replace(/[\\\t\n\r\u0000]/g, (found) => ESCAPES[found]!) : value;
}
