import { z } from 'zod';

/** Objects and arrays within each other; a policy needs four. */
export const JSON_DEPTH_MAX = 32;

/** What a JSON column of Postgres refuses in a string: NUL, and half of a character. */
const NOT_STORABLE = /[\0\p{Cs}]/u;

/**
 * Any JSON object that can be stored, up to a depth. The depth is looked at first and by itself: walking a deeper value
 * could exhaust the stack, at a depth that differs from machine to machine, and then two deciders would disagree about the
 * same bytes.
 */
export const jsonRecordSchema = z
  .unknown()
  .refine((value) => isWithinDepth(value, JSON_DEPTH_MAX), `JSON of at most ${JSON_DEPTH_MAX} levels`)
  // Copied, such a field becomes a prototype and is gone: what is written would not be what was read.
  .refine((value) => !namesPrototype(value, JSON_DEPTH_MAX), 'A field may not be named __proto__')
  .pipe(z.record(z.string(), z.json()).refine(isStorable, 'A string contains NUL or a lone surrogate'));

function isWithinDepth(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return depth > 0 && Object.values(value).every((part) => isWithinDepth(part, depth - 1));
}

function namesPrototype(value: unknown, depth: number): boolean {
  if (typeof value !== 'object' || value === null || depth === 0) return false;
  return Object.hasOwn(value, '__proto__') || Object.values(value).some((part) => namesPrototype(part, depth - 1));
}

function isStorable(value: unknown): boolean {
  if (typeof value === 'string') return !NOT_STORABLE.test(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.entries(value).every(([name, part]) => !NOT_STORABLE.test(name) && isStorable(part));
}
