import { type PartitionTime, createPartitionTime } from '@offramp/ladder';
import { projecting } from '../parked/poison.js';
import type { Entry } from './entry.js';
import type { Context, Projection } from './projection.js';
import type { WorkingSet } from './rows.js';

/** Partition time after some entries, ms since 1970. */
export function timeAfter(startMs: number, entries: readonly Entry[]): number {
  const clock = createPartitionTime(startMs);
  for (const { event } of entries) if (event !== null) clock.move(event.time);
  return clock.ms;
}

export interface Fold {
  readonly partition: number;
  readonly projections: readonly Projection[];
  readonly rows: WorkingSet;
  readonly clock: PartitionTime;
}

/** Passes one entry through all projections. Pure but for the rows in memory. Throws `Unprojectable`. */
export function evolve(fold: Fold, entry: Entry): void {
  projecting(() => pass(fold, entry));
}

function pass({ partition, projections, rows, clock }: Fold, entry: Entry): void {
  if (entry.event !== null) clock.move(entry.event.time);
  const context = new EntryContext(partition, clock);
  for (const projection of projections) {
    for (const row of projection.evolve(entry, rows, context)) rows.put(projection.table, row);
  }
  rows.nextEntry();
}

/** A class, since an object that is written down with a getter costs more than everything that most entries do. */
class EntryContext implements Context {
  constructor(
    readonly partition: number,
    private readonly clock: PartitionTime,
  ) {}

  get time(): number {
    return this.clock.ms;
  }
}
