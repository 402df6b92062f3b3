import type { z } from 'zod';

/**
 * Turns the `type` and `data` of one version into those of the next one; the envelope stays as it is. The old version's
 * schema stays with it, so that `upcast` is only ever given what that version could write.
 */
export interface Upcaster {
  readonly from: string;
  readonly to: string;
  readonly schema: z.ZodType;
  readonly upcast: (data: unknown) => unknown;
}

/** An upcaster whose function knows the type of the old data. */
export function upcaster<Old>(step: {
  readonly from: string;
  readonly to: string;
  readonly schema: z.ZodType<Old>;
  readonly upcast: (data: Old) => unknown;
}): Upcaster {
  return { ...step, upcast: (data) => step.upcast(data as Old) };
}

/** A record before it is known to be of any type. */
export interface RawEvent {
  readonly type: string;
  readonly data?: unknown;
  readonly [field: string]: unknown;
}

/** Bounds a chain, so that a circle of upcasters cannot hang a reader. */
const STEPS_MAX = 32;

/**
 * Brings a record of an old version to the newest one, step by step; one without an upcaster is returned unchanged.
 * undefined: the data is not of the version that its type names. Old versions are upcast here, at the edge, so that
 * nothing behind the codec knows more than the newest.
 */
export function upcast(raw: RawEvent, upcasters: ReadonlyMap<string, Upcaster>): RawEvent | undefined {
  let event = raw;
  for (let step = 0; step < STEPS_MAX; step++) {
    const upcaster = upcasters.get(event.type);
    if (upcaster === undefined) return event;
    const old = upcaster.schema.safeParse(event.data);
    if (!old.success) return undefined;
    event = { ...event, type: upcaster.to, data: upcaster.upcast(old.data) };
  }
  return undefined;
}
