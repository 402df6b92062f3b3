import type { Entry } from '../projection/entry.js';
import { type Finder, type Projection } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import { type RowOf, table } from '../projection/table.js';
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
  version: 2,
  rounds: [
    (entry, _rows, wanted) => {
      for (const tenant of tenantsOf(entry)) wanted.find(TALLIES_OF, tenant, partition);
    },
  ],
  evolve(_entry, rows) {
    const counted: Tally[] = [];
    for (const { before, after } of rows.changesOf(threads)) {
      if (before === null) count(counted, { rows, partition, tenant: after.tenant, name: 'threads', by: 1 });
      for (const name of NAMES) {
        const by = after[COUNTS[name]] - (before === null ? 0 : before[COUNTS[name]]);
        if (by !== 0) count(counted, { rows, partition, tenant: after.tenant, name, by });
      }
    }
    for (const { before, after } of rows.changesOf(decisions)) {
      if (before !== null) continue;
      count(counted, { rows, partition, tenant: after.tenant, name: DECISION_TALLY + after.type, by: 1 });
    }
    return counted;
  },
});

type Tally = RowOf<typeof tallies>;

interface Counting extends Pick<Tally, 'tenant' | 'name'> {
  readonly rows: Rows;
  readonly partition: number;
  readonly by: number;
}

/** A tally that the entry has moved before is moved on: several decisions may be of one type. */
function count(counted: Tally[], { rows, partition, tenant, name, by }: Counting): void {
  const at = counted.findIndex((tally) => tally.name === name && tally.tenant === tenant);
  const before = at >= 0 ? counted[at] : rows.get(tallies, tenant, partition, name);
  const after = { tenant, logPartition: partition, name, count: (before?.count ?? 0) + by };
  if (at >= 0) counted[at] = after;
  else counted.push(after);
}

/** What could not be decoded has no event, and a decision all the same. */
function tenantsOf({ event, decisions: said }: Entry): Iterable<string> {
  if (said.length === 0) return event === null ? [] : [event.source];
  return new Set([...(event === null ? [] : [event.source]), ...said.map(({ source }) => source)]);
}
