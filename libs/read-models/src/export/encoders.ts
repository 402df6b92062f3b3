import type { RawRow } from '../database/database.js';
import { csvHead, csvQuoted, csvText } from './csv.js';
import type { Encoder } from './encoder.js';
import { parquetEncoder } from './parquet.js';
import { type ExportColumn, asItIs, booleanOf, jsonOf, rfc3339 } from './values.js';

export const EXPORT_FORMATS = ['ndjson', 'csv', 'parquet'] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];

export function createEncoder(format: ExportFormat, columns: readonly ExportColumn[]): Encoder {
  switch (format) {
    case 'ndjson':
      return textEncoder('', linesOf(columns));
    case 'csv':
      return textEncoder(csvHead(columns.map(({ name }) => name)), csvOf(columns));
    case 'parquet':
      return parquetEncoder(columns);
  }
}

function textEncoder(head: string, lineOf: (row: RawRow) => string): Encoder {
  const utf8 = new TextEncoder();
  let before = head;
  const encoded = (text: string) => {
    const whole = before + text;
    before = '';
    return utf8.encode(whole);
  };
  return { rows: (rows) => encoded(rows.map(lineOf).join('')), end: () => encoded('') };
}

function linesOf(columns: readonly ExportColumn[]): (row: RawRow) => string {
  const fields = columns.map(({ name, type }) => ({ name: `${JSON.stringify(name)}:`, say: jsonOf(type) }));
  return (row) => {
    const said = fields.map(({ name, say }, at) => name + (row[at] == null ? 'null' : say(row[at])));
    return `{${said.join(',')}}\n`;
  };
}

function csvOf(columns: readonly ExportColumn[]): (row: RawRow) => string {
  const cells = columns.map(({ type }) => cellOf(type));
  return (row) => `${cells.map((say, at) => (row[at] == null ? '' : say(row[at]))).join(',')}\r\n`;
}

function cellOf(type: string): (text: string) => string {
  switch (type) {
    case 'boolean':
      return booleanOf;
    case 'smallint':
    case 'integer':
    case 'bigint':
      return asItIs;
    case 'double precision':
      return (text) => String(Number(text));
    case 'jsonb':
    case 'json':
      return csvQuoted;
    case 'timestamp with time zone':
      return (text) => csvText(rfc3339(text));
    default:
      return csvText;
  }
}
