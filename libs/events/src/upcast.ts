/** Turns the `data` and `type` of one version into those of the next one; the envelope stays as it is. */
export interface Upcaster {
  readonly from: string;
  readonly to: string;
  readonly data: (data: unknown) => unknown;
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
 * Old versions are upcast here, at the edge, so that nothing behind the codec knows more than the newest.
 */
export function upcast(raw: RawEvent, upcasters: ReadonlyMap<string, Upcaster>): RawEvent {
  let event = raw;
  for (let step = 0; step < STEPS_MAX; step++) {
    const upcaster = upcasters.get(event.type);
    if (upcaster === undefined) return event;
    event = { ...event, type: upcaster.to, data: upcaster.data(event.data) };
  }
  return event;
}
