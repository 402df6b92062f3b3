import { sqlTableOf } from './table.js';
import type { AnyRow, Table, Value } from './table.js';

/** Gives whole rows to a table, in the text format of COPY (Postgres manual, COPY). Rows that are there make it fail. */
export function copySql(table: Table): string {
  return `COPY ${sqlTableOf(table)} (${table.columns.map(({ sqlName }) => `"${sqlName}"`).join(', ')}) FROM STDIN`;
}

export function copyText({ columns }: Table, rows: readonly AnyRow[]): string {
  const names = columns.map(({ name }) => name);
  const lines = new Array<string>(rows.length);
  for (let at = 0; at < rows.length; at++) lines[at] = lineOf(names, rows[at]!);
  return lines.join('');
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
