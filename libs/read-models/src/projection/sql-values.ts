import { sha256Hex } from '@offramp/events';
import type { AnyRow, Value } from './table.js';

/*
 * What Postgres cannot hold is replaced here, at the one gate to the tables, because one such character would stop the
 * partition for ever: NUL in texts, NUL and lone surrogates in JSON, the year 0000, and keys longer than an index page takes.
 */

const REPLACEMENT = '\ufffd';

/** The text of a Postgres array (manual, 8.15.6). Joined once, since a text that grows by pieces costs several times more. */
export function arrayText(values: readonly Value[]): string {
  const parts = new Array<string | number | boolean>(values.length);
  for (let i = 0; i < values.length; i++) parts[i] = element(values[i]!);
  return `{${parts.join(',')}}`;
}

/** One column of rows as such a text. Rows that follow each other have many a value in common. */
export function columnText(rows: readonly AnyRow[], name: string): string {
  const parts = new Array<string | number | boolean>(rows.length);
  let before: Value | undefined;
  let part: string | number | boolean = '';
  for (let i = 0; i < rows.length; i++) {
    const value = rows[i]![name]!;
    if (value !== before) part = element((before = value));
    parts[i] = part;
  }
  return `{${parts.join(',')}}`;
}

function element(value: Value): string | number | boolean {
  if (typeof value === 'string') return isPlain(value) ? value : quoted(value);
  return value ?? 'NULL';
}

/** What can stand without quotes: most ids and times. NULL would be taken for one. */
const PLAIN = /^[\w.:+@/-]+$/;

function isPlain(value: string): boolean {
  return PLAIN.test(value) && !(value.length === 4 && value.toUpperCase() === 'NULL');
}

function quoted(value: string): string {
  const storable = value.includes('\u0000') ? value.replaceAll('\u0000', REPLACEMENT) : value;
  return `"${storable.replace(/["\\]/g, '\\$&')}"`;
}

/** Escapes of JSON that `jsonb` refuses. `JSON.stringify` writes a surrogate as an escape only where it is a lone one. */
const JSON_ESCAPES = /\\(?:u0000|ud[89a-f][0-9a-f]{2}|.)/g;
const REFUSED = /^\\u(?:0000|d)/;

export function jsonText(value: unknown): string {
  const text = JSON.stringify(value);
  if (!text.includes('\\u')) return text;
  return text.replace(JSON_ESCAPES, (found) => (REFUSED.test(found) ? REPLACEMENT : found));
}

/** Postgres has no year 0; such a time of the platform's is data only, and is left out. */
export function storableTime(time: string | undefined): string | null {
  return time === undefined || time.startsWith('0000') ? null : time;
}

/** A B-tree entry takes about 2,700 bytes; ids of events may be longer than what is left beside the other parts. */
const KEY_LENGTH_MAX = 256;

export function keyText(id: string): string {
  return id.length <= KEY_LENGTH_MAX ? id : `sha256:${sha256Hex(id)}`;
}
