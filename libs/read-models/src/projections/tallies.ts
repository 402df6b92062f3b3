import type { Entry } from '../projection/entry.js';
import { type Finder, type Projection } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import { type RowOf, keyOf, table } from '../projection/table.js';
import { decisions } from './decisions-table.js';
import { threads } from './threads-table.js';

/**
 * Running counts of a tenant, each partition its own, so that no two owners write the same row: statistics are sums over some
 * hundred rows, however many threads there are. `name` is one of `COUNTS`, or `decision:` and a type.
 */
export const tallies = table('tallies', ['tenant', 'logPartition', 'name'], {
  tenant: 'text',
  logPartition: 'integer',
  name: 'text',
  count: 'bigint',
});

export const DECISION_TALLY = 'decision:';

/** What is summed over the threads, by the name of the tally and the thread's own count. */
const COUNTS = {
  messages: 'messages',
  refused: 'refused',
  branches: 'branches',
  endedBranches: 'ended',
  reopened: 'reopened',
  up: 'feedbackUp',
  down: 'feedbackDown',
} as const;

const NAMES = Object.keys(COUNTS) as (keyof typeof COUNTS)[];

export const TALLIES_OF: Finder = { table: tallies, by: ['tenant', 'logPartition'], rest: '' };

/** After all others: it adds what they changed. */
export const createTalliesProjection = (partition: number): Projection<typeof tallies> => ({
  table: tallies,
  rounds: [
    (entry, _rows, wanted) => {
      for (const tenant of tenantsOf(entry)) wanted.find(TALLIES_OF, keyOf(tenant, partition));
    },
  ],
  evolve(_entry, rows) {
    const added = new Map<string, RowOf<typeof tallies>>();
    const add = (tenant: string, name: string, by: number): void => {
      if (by === 0) return;
      const key = keyOf(tenant, partition, name);
      const row = added.get(key) ?? rows.get(tallies, key) ?? { tenant, logPartition: partition, name, count: 0 };
      added.set(key, { ...row, count: row.count + by });
    };
    addThreads(rows, add);
    for (const { before, after } of rows.changesOf(decisions)) {
      if (before === null) add(after.tenant, DECISION_TALLY + after.type, 1);
    }
    return [...added.values()];
  },
});

function addThreads(rows: Rows, add: (tenant: string, name: string, by: number) => void): void {
  for (const { before, after } of rows.changesOf(threads)) {
    if (before === null) add(after.tenant, 'threads', 1);
    for (const name of NAMES) add(after.tenant, name, after[COUNTS[name]] - (before?.[COUNTS[name]] ?? 0));
  }
}

/** What could not be decoded has no event, and a decision all the same. */
function tenantsOf({ event, decisions: said }: Entry): Iterable<string> {
  if (said.length === 0) return event === null ? [] : [event.source];
  return new Set([...(event === null ? [] : [event.source]), ...said.map(({ source }) => source)]);
}
