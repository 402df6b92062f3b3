import { sha256Hex } from '@offramp/events';
import type { Value } from './table.js';

/*
 * What Postgres cannot hold is replaced here, at the one gate to the tables, because one such character would stop the
 * partition for ever: NUL in texts, NUL and lone surrogates in JSON, the year 0000, and keys longer than an index page takes.
 */

const NEEDS_ESCAPE = /["\\\u0000]/;
const ESCAPED = /["\\\u0000]/g;
const REPLACEMENT = '\ufffd';

/** The text of a Postgres array (manual, 8.15.6): each value is quoted, so that none is taken for NULL or a brace. */
export function arrayText(values: readonly Value[]): string {
  let text = '{';
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (i > 0) text += ',';
    if (typeof value === 'string') text += quoted(value);
    else if (value === null) text += 'NULL';
    else text += String(value);
  }
  return text + '}';
}

function quoted(value: string): string {
  if (!NEEDS_ESCAPE.test(value)) return `"${value}"`;
  return `"${value.replace(ESCAPED, (found) => (found === '\u0000' ? REPLACEMENT : `\\${found}`))}"`;
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
