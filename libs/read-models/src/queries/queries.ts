import type { Database } from '../database/database.js';
import { type BranchName, type Explanation, explain } from './explain.js';
import { DECISION_FIELDS, THREAD_FIELDS, selectOf } from './fields.js';
import { isStorable } from './filters.js';
import { type List, type Page, type PageOptions, createList } from './list.js';
import {
  BRANCHES,
  type BranchFilters,
  DECISIONS,
  type DecisionFilters,
  ENDINGS,
  type EndingFilters,
  FEEDBACK,
  type FeedbackFilters,
  GUARDS,
  MESSAGES,
  type OfThread,
  REVIEWS,
  THREADS,
  type ThreadFilters,
} from './lists.js';
import type { QueryRefusal } from './refusal.js';
import {
  type BranchRow,
  type CategoryRow,
  type DecisionRow,
  type EndingRow,
  type FeedbackRow,
  type GuardRow,
  type MessageRow,
  type PolicyRow,
  type ReviewRow,
  type ThreadRow,
  jsonRow,
} from './rows.js';
import { type Stats, stats } from './stats.js';
import { type TimelineEntry, timelinePage } from './timeline.js';

/** What analysts and the console ask. Everything is of one tenant; nothing here changes anything. */
export interface Queries {
  readonly threads: List<ThreadRow, ThreadFilters>;
  readonly branches: List<BranchRow, BranchFilters>;
  readonly decisions: List<DecisionRow, DecisionFilters>;
  /** Every end of a line, with its thumbs and its review. */
  readonly endings: List<EndingRow, EndingFilters>;
  readonly feedback: List<FeedbackRow, FeedbackFilters>;
  /** The tree of a thread, parents before children, with texts where they are still there. */
  readonly messages: List<MessageRow, OfThread>;
  readonly reviews: List<ReviewRow, OfThread>;
  readonly guards: List<GuardRow, OfThread>;
  thread(tenant: string, threadId: string): Promise<ThreadRow | undefined>;
  decision(tenant: string, decisionId: string): Promise<DecisionRow | undefined>;
  timeline(tenant: string, threadId: string, options?: PageOptions): Promise<Page<TimelineEntry> | QueryRefusal>;
  explain(branch: BranchName): Promise<Explanation | undefined>;
  /** How the ends of each category fared in reviews. */
  endingsByCategory(tenant: string): Promise<CategoryRow[]>;
  stats(tenant: string): Promise<Stats>;
  /** All activations, newest first. */
  policies(tenant: string): Promise<PolicyRow[]>;
}

export const THREAD_SQL = `
${selectOf(THREAD_FIELDS)}
FROM offramp_v1.threads x WHERE x.tenant = $1 AND x.thread_id = $2`;

export const DECISION_SQL = `
${selectOf(DECISION_FIELDS)}
FROM offramp_v1.decisions x WHERE x.tenant = $1 AND x.decision_id = $2`;

export const POLICIES_SQL = `
SELECT activation_id AS "activationId", min(policy) AS policy, min(share) AS share, min(by) AS by,
  count(DISTINCT log_partition)::integer AS partitions, bool_and(applied) AS applied, min(activated_at) AS "activatedAt",
  (array_agg(document))[1] AS document,
  string_agg(log_partition || ':' || log_offset, ',' ORDER BY log_partition) AS position
FROM offramp_v1.policies WHERE tenant = $1 GROUP BY activation_id ORDER BY min(activated_at) DESC, activation_id`;

export const BY_CATEGORY_SQL = `
SELECT category, endings::integer, reviewed::integer, upheld::integer, overturned::integer
FROM offramp.overturned_by_category WHERE tenant = $1 ORDER BY category`;

const NONE: ReadonlySet<string> = new Set();

export function createQueries(database: Database): Queries {
  async function rows<Row>(sql: string, parameters: readonly string[]): Promise<Row[]> {
    // An id with a control character is no id of anything; the database would refuse NUL with an error.
    if (!parameters.every(isStorable)) return [];
    const found = await database.query<Record<string, unknown>>(sql, parameters);
    return found.map((row) => jsonRow(row, NONE) as Row);
  }

  return {
    threads: createList(database, THREADS),
    branches: createList(database, BRANCHES),
    decisions: createList(database, DECISIONS),
    endings: createList(database, ENDINGS),
    feedback: createList(database, FEEDBACK),
    messages: createList(database, MESSAGES),
    reviews: createList(database, REVIEWS),
    guards: createList(database, GUARDS),
    thread: async (tenant, threadId) => (await rows<ThreadRow>(THREAD_SQL, [tenant, threadId]))[0],
    decision: async (tenant, decisionId) => (await rows<DecisionRow>(DECISION_SQL, [tenant, decisionId]))[0],
    timeline: (tenant, threadId, options = {}) => timelinePage(database, { tenant, threadId }, options),
    explain: async (branch) =>
      isStorable(branch.threadId) && isStorable(branch.branchId) ? explain(database, branch) : undefined,
    endingsByCategory: (tenant) => database.query<CategoryRow>(BY_CATEGORY_SQL, [tenant]),
    stats: (tenant) => stats(database, tenant),
    policies: (tenant) => rows<PolicyRow>(POLICIES_SQL, [tenant]),
  };
}
