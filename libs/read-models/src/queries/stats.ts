import type { DecisionName } from '@offramp/events';
import type { Database } from '../database/database.js';
import { DECISION_TALLY } from '../projections/tallies.js';

export interface Stats {
  readonly threads: number;
  readonly messages: number;
  /** Of the messages, those refused under an ended line. */
  readonly refused: number;
  readonly branches: number;
  /** Lines that are ended now. */
  readonly endedBranches: number;
  /** Threads whose guard is up now. */
  readonly guardedThreads: number;
  /** How often an ended line was opened again. */
  readonly reopened: number;
  readonly decisions: { readonly total: number; readonly byType: Readonly<Partial<Record<DecisionName, number>>> };
  readonly feedback: { readonly up: number; readonly down: number };
}

/** Sums over the partitions of what the projection counts as it goes: some hundred rows, whatever the number of threads. */
export const TALLIES_SQL = `
SELECT name, sum(count)::double precision AS count FROM offramp_v1.tallies WHERE tenant = $1 GROUP BY name ORDER BY name`;

/** A guard expires with time and not with an event, so that these are counted when they are asked for: few, in an index. */
export const GUARDED_SQL = `
SELECT count(*)::double precision AS count FROM offramp_v1.threads WHERE tenant = $1 AND guard_until > now()`;

interface Count {
  readonly name: string;
  readonly count: number;
}

export async function stats(database: Database, tenant: string): Promise<Stats> {
  const tallies = await database.query<Count>(TALLIES_SQL, [tenant]);
  const [guarded] = await database.query<Pick<Count, 'count'>>(GUARDED_SQL, [tenant]);
  const byName = new Map(tallies.map(({ name, count }) => [name, count]));
  const of = (name: string): number => byName.get(name) ?? 0;
  const byType = tallies
    .filter(({ name }) => name.startsWith(DECISION_TALLY))
    .map(({ name, count }) => [name.slice(DECISION_TALLY.length) as DecisionName, count] as const);
  return {
    threads: of('threads'),
    messages: of('messages'),
    refused: of('refused'),
    branches: of('branches'),
    endedBranches: of('endedBranches'),
    guardedThreads: guarded!.count,
    reopened: of('reopened'),
    decisions: { total: byType.reduce((sum, [, count]) => sum + count, 0), byType: Object.fromEntries(byType) },
    feedback: { up: of('up'), down: of('down') },
  };
}
