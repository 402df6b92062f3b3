import type { DecisionName } from '@offramp/events';
import type { Database } from '../database/database.js';

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

/** Sums over the threads' own counts: a thread is one row, whatever its number of messages. */
export const STATS_SQL = `
SELECT count(*)::double precision AS threads,
  coalesce(sum(messages), 0)::double precision AS messages,
  coalesce(sum(refused), 0)::double precision AS refused,
  coalesce(sum(branches), 0)::double precision AS branches,
  coalesce(sum(ended), 0)::double precision AS "endedBranches",
  count(*) FILTER (WHERE guard_until > now())::double precision AS "guardedThreads",
  coalesce(sum(reopened), 0)::double precision AS reopened,
  coalesce(sum(feedback_up), 0)::double precision AS up,
  coalesce(sum(feedback_down), 0)::double precision AS down
FROM offramp_v1.threads WHERE tenant = $1`;

export const DECISIONS_BY_TYPE_SQL = `
SELECT type, count(*)::double precision AS count FROM offramp_v1.decisions WHERE tenant = $1 GROUP BY type ORDER BY type`;

type Sums = Omit<Stats, 'decisions' | 'feedback'> & { readonly up: number; readonly down: number };

export async function stats(database: Database, tenant: string): Promise<Stats> {
  const [sums] = await database.query<Sums>(STATS_SQL, [tenant]);
  const counts = await database.query<{ type: DecisionName; count: number }>(DECISIONS_BY_TYPE_SQL, [tenant]);
  const { up, down, ...rest } = sums!;
  const total = counts.reduce((sum, { count }) => sum + count, 0);
  return {
    ...rest,
    decisions: { total, byType: Object.fromEntries(counts.map(({ type, count }) => [type, count])) },
    feedback: { up, down },
  };
}
