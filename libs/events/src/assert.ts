/*
 * The only place of this library that throws. A broken invariant is an error of this program, never of its input: the
 * process stops, because going on would write events that cannot be read again.
 */

export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${invariant}`);
}
