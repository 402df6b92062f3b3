/*
 * The only place of the domain that throws. A broken invariant stops the process: going on would decide about people by a
 * state that cannot be.
 */

export function assert(condition: boolean, invariant: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${invariant}`);
}

export function unreachable(invariant: string): never {
  throw new Error(`Broken invariant: ${invariant}`);
}
