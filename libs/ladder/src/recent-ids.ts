/** How many positions back a message without a parent id is known by its id alone. */
export const RECENT_POSITIONS = 65_536;

/**
 * The ids of the messages at the latest positions of one partition. It is not part of the facts: it is what the input log
 * itself says, read again where it is asked for, so it needs no durability and cannot be wrong after a crash.
 */
export interface RecentIds {
  /** Takes the message at this offset; offsets ascend. */
  record(eventId: string, offset: number): void;
  /** Whether this id stands at one of the positions before `offset`, at most `RECENT_POSITIONS` back. */
  has(eventId: string, offset: number): boolean;
}

export function createRecentIds(positions: number = RECENT_POSITIONS): RecentIds {
  const lastOffset = new Map<string, number>();
  const ring = new Array<string | undefined>(positions).fill(undefined);
  const ringOffset = new Float64Array(positions);
  return {
    record(eventId, offset) {
      const slot = offset % positions;
      const evicted = ring[slot];
      if (evicted !== undefined && lastOffset.get(evicted) === ringOffset[slot]) lastOffset.delete(evicted);
      ring[slot] = eventId;
      ringOffset[slot] = offset;
      lastOffset.set(eventId, offset);
    },
    has(eventId, offset) {
      const last = lastOffset.get(eventId);
      return last !== undefined && last < offset && last >= offset - positions;
    },
  };
}
