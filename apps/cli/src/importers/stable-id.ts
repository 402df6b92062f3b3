import { sha256Hex } from '@offramp/events';

/** The contract's bound, in Unicode characters. */
const ID_MAX = 128;
const HASH_LENGTH = 16;
const NOT_ALLOWED = /[\p{Cc}\p{Cs}]/gu;
/** What nearly every id is, told without looking at its characters one by one. */
const PLAIN = /^[\x20-\x7e]{1,128}$/;

/**
 * An id that the contract takes, for an id of an export. Most stay as they are. One with control characters, lone
 * surrogates or too many characters is cleaned or cut and gets a hash of the original, so that two never become one.
 */
export function stableId(original: string): string {
  if (PLAIN.test(original)) return original;
  const clean = original.replace(NOT_ALLOWED, '_');
  const characters = Array.from(clean);
  if (clean === original && characters.length <= ID_MAX) return original;
  return `${characters.slice(0, ID_MAX - HASH_LENGTH - 1).join('')}~${hashOf(original)}`;
}

/** Short and stable, for an id where the export has none. Lone surrogates differ from each other here too. */
export function hashOf(...parts: readonly string[]): string {
  return sha256Hex(JSON.stringify(parts)).slice(0, HASH_LENGTH);
}
