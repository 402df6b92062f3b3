import { createHash } from 'node:crypto';
import type { Fact, FactKind, FactValues } from '@offramp/ladder';
import { LogError } from '../event-log.js';

/*
 * A fact's key is scope, kind, name and position, so that the versions of one thing lie side by side, oldest first:
 *
 *   scope     1 byte length and UTF-8; or 255 and a SHA-256 where it is long
 *   kind      1 byte
 *   name      as the scope
 *   at        8 bytes, big-endian
 *
 * Its value is a layout byte, `until` as a double (NaN: never), and JSON. Where a part of the key is hashed, the JSON has
 * scope and name in full, and whoever reads compares them: two things with one hash can't be taken for each other.
 */

/** What stands in the key. Stored, so a number is never used for another kind. */
const KIND_CODES: Readonly<Record<FactKind, number>> = {
  message: 1,
  risk: 2,
  guard: 3,
  end: 4,
  reopened: 5,
  latest: 6,
  policy: 7,
  endings: 8,
  event: 9,
};

/** LMDB's keys end at 1,978 bytes; an id of 128 code points has up to 512, an event id 2,048 characters. */
const PART_BYTES_MAX = 250;
const HASHED = 255;
const HASH_BYTES = 32;
const AT_BYTES = 8;

const LAYOUT_PLAIN = 0;
const LAYOUT_NAMED = 1;
const UNTIL_AT = 1;
const JSON_AT = 9;
const NEVER = Number.NaN;

/** Surrogates, and so also lone ones, which UTF-8 can't keep apart. */
const NOT_PLAIN = /[\ud800-\udfff]/;

/** The first bytes of the keys of all versions of one thing. */
export function seriesPrefix(kind: FactKind, scope: string, name: string): Buffer {
  return Buffer.concat([encodePart(scope), Buffer.of(KIND_CODES[kind]), encodePart(name)]);
}

export function factKey(fact: Pick<Fact, 'kind' | 'scope' | 'name' | 'at'>): Buffer {
  return versionKey(seriesPrefix(fact.kind, fact.scope, fact.name), fact.at);
}

export function versionKey(prefix: Buffer, at: number): Buffer {
  if (!Number.isSafeInteger(at) || at < 0)
    throw new LogError(`a fact at ${at}: a position is an integer from 0 on`, false);
  const key = Buffer.allocUnsafe(prefix.length + AT_BYTES);
  prefix.copy(key);
  key.writeBigUInt64BE(BigInt(at), prefix.length);
  return key;
}

export function atOf(key: Buffer): number {
  return Number(key.readBigUInt64BE(key.length - AT_BYTES));
}

export function prefixOf(key: Buffer): Buffer {
  return key.subarray(0, key.length - AT_BYTES);
}

/** Behind every key with this prefix. */
export function afterPrefix(prefix: Buffer): Buffer {
  return Buffer.concat([prefix, Buffer.alloc(AT_BYTES + 1, 0xff)]);
}

/** The part of a key that tells its scope. */
export function scopePartOf(key: Buffer): Buffer {
  return key.subarray(0, 1 + (key[0] === HASHED ? HASH_BYTES : key[0]!));
}

/** A scope as it stands in a key: the scope itself, or its hash. */
export function decodeScopePart(part: Buffer): { readonly hashed: boolean; readonly text: string } {
  if (part[0] === HASHED) return { hashed: true, text: part.toString('hex', 1) };
  return { hashed: false, text: part.toString('utf8', 1) };
}

/** One part of a key. */
export function encodePart(text: string): Buffer {
  const bytes = isPlain(text) ? Buffer.from(text) : hash(text);
  return Buffer.concat([Buffer.of(isPlain(text) ? bytes.length : HASHED), bytes]);
}

/** Whether a key holds the text itself, and not its hash. */
function isPlain(text: string): boolean {
  return !NOT_PLAIN.test(text) && Buffer.byteLength(text) <= PART_BYTES_MAX;
}

function hash(text: string): Buffer {
  // UTF-16, because it keeps any string apart from any other.
  return createHash('sha256').update(text, 'utf16le').digest();
}

interface Named {
  readonly scope: string;
  readonly name: string;
  readonly value: FactValues[FactKind];
}

export function encodeFact({ scope, name, value, until }: Fact): Buffer {
  const plain = isPlain(scope) && isPlain(name);
  const json = JSON.stringify(plain ? value : ({ scope, name, value } satisfies Named));
  const bytes = Buffer.allocUnsafeSlow(JSON_AT + Buffer.byteLength(json));
  bytes[0] = plain ? LAYOUT_PLAIN : LAYOUT_NAMED;
  bytes.writeDoubleBE(until ?? NEVER, UNTIL_AT);
  bytes.write(json, JSON_AT);
  return bytes;
}

/** Partition time in ms from which the fact reads as absent; NaN: never. */
export function untilOf(value: Buffer): number {
  return value.readDoubleBE(UNTIL_AT);
}

/** undefined where the value is of something else whose hash is the same. */
export function decodeFact<Kind extends FactKind>(
  series: { readonly kind: Kind; readonly scope: string; readonly name: string },
  key: Buffer,
  bytes: Buffer,
): Fact<Kind> | undefined {
  const decoded: unknown = JSON.parse(bytes.toString('utf8', JSON_AT));
  const { kind, scope, name } = series;
  let value = decoded as FactValues[Kind];
  if (bytes[0] === LAYOUT_NAMED) {
    const named = decoded as Named;
    if (named.scope !== scope || named.name !== name) return undefined;
    value = named.value as FactValues[Kind];
  } else if (bytes[0] !== LAYOUT_PLAIN) {
    throw new LogError(`a fact has the unknown layout ${bytes[0]}`, false);
  }
  const until = untilOf(bytes);
  return { kind, scope, name, at: atOf(key), value, ...(Number.isNaN(until) ? {} : { until }) };
}
