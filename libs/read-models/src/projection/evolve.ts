import { projecting } from '../parked/poison.js';
import type { Entry } from './entry.js';
import type { Projection } from './projection.js';
import type { WorkingSet } from './rows.js';

/** Partition time as it moves through a batch. RFC 3339 in UTC with milliseconds sorts as text, so it is rarely parsed. */
export interface Clock {
  move(time: string): void;
  /** ms since 1970. */
  readonly time: number;
}

export function createClock(startMs: number): Clock {
  let latest = new Date(startMs).toISOString();
  let parsed: number | undefined = startMs;
  return {
    move(time) {
      if (time <= latest) return;
      latest = time;
      parsed = undefined;
    },
    get time() {
      return (parsed ??= Date.parse(latest));
    },
  };
}

/** Partition time after some entries, ms since 1970. */
export function timeAfter(startMs: number, entries: readonly Entry[]): number {
  const clock = createClock(startMs);
  for (const { event } of entries) if (event !== null) clock.move(event.time);
  return clock.time;
}

export interface Fold {
  readonly partition: number;
  readonly projections: readonly Projection[];
  readonly rows: WorkingSet;
  readonly clock: Clock;
}

/** Passes one entry through all projections. Pure but for the rows in memory. Throws `Unprojectable`. */
export function evolve(fold: Fold, entry: Entry): void {
  projecting(() => pass(fold, entry));
}

function pass({ partition, projections, rows, clock }: Fold, entry: Entry): void {
  if (entry.event !== null) clock.move(entry.event.time);
  const context = {
    partition,
    get time() {
      return clock.time;
    },
  };
  for (const projection of projections) {
    for (const row of projection.evolve(entry, rows, context)) rows.put(projection.table, row);
  }
  rows.nextEntry();
}
