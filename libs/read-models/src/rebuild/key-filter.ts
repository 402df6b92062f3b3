import type { Key, Table } from '../projection/table.js';

/**
 * Remembers which rows were ever written, in a few bits each: a Bloom filter. What it has not seen is certainly not in the
 * tables, and is not asked for; nearly everything that history posts is new.
 */
export interface KeyFilter {
  add(table: Table, key: Key): void;
  /** False only for what was never added; true for few others as long as no more than `capacity` were. */
  mayHave(table: Table, key: Key): boolean;
}

/** Two in a hundred are mistaken for known at this many bits a key and this many of them set. */
const BITS_OF_KEY = 8;
const HASHES = 4;
/** 64 MiB. With more keys than that is for, more of them are asked for. */
const BITS_MAX = 2 ** 29;

/** `capacity`: how many keys are expected at most. */
export function createKeyFilter(capacity: number): KeyFilter {
  const size = Math.min(BITS_MAX, 2 ** Math.ceil(Math.log2(Math.max(64, capacity * BITS_OF_KEY))));
  const words = new Uint32Array(size / 32);
  const mask = size - 1;

  return {
    add({ name }, key) {
      let bit = hashOf(key, hashOf(name, SEED));
      const step = scrambled(bit) | 1;
      for (let i = 0; i < HASHES; i++, bit = (bit + step) | 0) words[(bit & mask) >>> 5]! |= 1 << (bit & 31);
    },
    mayHave({ name }, key) {
      let bit = hashOf(key, hashOf(name, SEED));
      const step = scrambled(bit) | 1;
      for (let i = 0; i < HASHES; i++, bit = (bit + step) | 0) {
        if ((words[(bit & mask) >>> 5]! & (1 << (bit & 31))) === 0) return false;
      }
      return true;
    },
  };
}

/** FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv), over units of UTF-16 rather than bytes. */
const SEED = 0x811c9dc5;
const PRIME = 0x01000193;

function hashOf(text: string, seed: number): number {
  let hash = seed;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), PRIME);
  return hash;
}

/** The finalizer of MurmurHash3: every bit of it depends on every bit of what it is given. */
function scrambled(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
