import { createPartitionTime } from '@offramp/ladder';
import { allProjections, tablesOf } from '../projections/all.js';
import type { ProjectionScope } from '../projections/scope.js';
import type { Entry } from '../projection/entry.js';
import { evolve } from '../projection/evolve.js';
import { type WorkingSet, createWorkingSet } from '../projection/rows.js';

/** One fold of the log from its start, all in memory: what the tables have to be equal to. */
export interface MemoryFold {
  readonly rows: WorkingSet;
  handle(entry: Entry): void;
}

export function createMemoryFold(partition = 0, scope: ProjectionScope = 'all'): MemoryFold {
  const projections = allProjections(partition, scope);
  const rows = createWorkingSet(tablesOf(projections));
  const clock = createPartitionTime(0);
  return { rows, handle: (entry) => evolve({ partition, projections, rows, clock }, entry) };
}

/** One fold of a whole log. */
export function foldOf(entries: readonly Entry[], partition = 0): MemoryFold {
  const fold = createMemoryFold(partition);
  for (const entry of entries) fold.handle(entry);
  return fold;
}
