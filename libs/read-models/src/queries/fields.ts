/**
 * The fields of the rows, with their columns. `x` is the table; offsets fit a double exactly. What stands in another table is
 * asked for where it is shown, so that it is looked up for the rows of a page only, and after they were sorted.
 */

const POSITION = "x.log_partition || ':' || x.log_offset";

export const THREAD_FIELDS = {
  threadId: 'x.thread_id',
  stage: 'x.stage',
  messages: 'x.messages',
  refused: 'x.refused',
  branches: 'x.branches',
  endedBranches: 'x.ended',
  reopened: 'x.reopened',
  guarded: 'coalesce(x.guard_until > now(), false)',
  guardUntil: 'x.guard_until',
  feedbackUp: 'x.feedback_up',
  feedbackDown: 'x.feedback_down',
  policy: 'x.policy',
  category: 'x.category',
  createdAt: 'x.created_at',
  updatedAt: 'x.updated_at',
} as const;

export const BRANCH_FIELDS = {
  threadId: 'x.thread_id',
  branchId: 'x.branch_id',
  forkedFrom: 'x.forked_from',
  headId: 'x.head_id',
  messages: 'x.messages',
  stage: 'x.stage',
  attempts: 'x.attempts',
  endedAt: 'x.ended_at',
  endedBy: 'x.ended_by',
  decisionId: 'x.decision_id',
  reopenedAt: 'x.reopened_at',
  guardUntil:
    '(SELECT t.guard_until FROM offramp_v1.threads t WHERE t.tenant = x.tenant AND t.thread_id = x.thread_id)',
  policy: 'x.policy',
  category: 'x.category',
  feedbackUp: 'x.feedback_up',
  feedbackDown: 'x.feedback_down',
  createdAt: 'x.created_at',
  updatedAt: 'x.updated_at',
} as const;

/** The text of the message `x`, where it is still there. */
export const TEXT_OF_MESSAGE =
  '(SELECT c.text FROM offramp_v1.contents c WHERE c.tenant = x.tenant AND c.thread_id = x.thread_id ' +
  "AND c.message_id = x.message_id AND c.kind = 'message' LIMIT 1)";

export const MESSAGE_FIELDS = {
  threadId: 'x.thread_id',
  messageId: 'x.message_id',
  parentId: 'x.parent_id',
  missingParentId: 'x.missing_parent_id',
  branchId: 'x.branch_id',
  role: 'x.role',
  depth: 'x.depth',
  text: TEXT_OF_MESSAGE,
  textLength: 'x.text_length::double precision',
  verdict: "coalesce(x.verdict, 'continue')",
  stage: 'x.stage',
  attempts: 'x.attempts',
  harmful: 'x.harmful',
  refused: 'x.refused_after IS NOT NULL',
  intent: 'x.intent',
  signal: 'x.signal',
  evidence: 'x.evidence',
  decisionIds: 'x.decision_ids',
  policy: 'x.policy',
  postedAt: 'x.posted_at',
  at: 'x.at',
  position: POSITION,
} as const;

export const DECISION_FIELDS = {
  decisionId: 'x.decision_id',
  threadId: 'x.thread_id',
  messageId: 'x.message_id',
  position: POSITION,
  index: 'x.index',
  type: 'x.type',
  at: 'x.at',
  verdict: 'x.verdict',
  becauseKind: 'x.because_kind',
  category: 'x.category',
  score: 'x.score',
  threshold: 'x.threshold',
  becauseMessageId: 'x.because_message_id',
  stage: 'x.stage',
  attempts: 'x.attempts',
  endId: 'x.end_id',
  endedBy: 'x.ended_by',
  cause: 'x.cause',
  policy: 'x.policy',
  outcome: 'x.outcome',
  reviewedAt: 'x.reviewed_at',
  overturnedAt: 'x.overturned_at',
  data: 'x.data',
} as const;

export const ENDING_FIELDS = {
  decisionId: 'x.decision_id',
  threadId: 'x.thread_id',
  endId: 'x.end_id',
  endedAt: 'x.at',
  endedBy: 'x.ended_by',
  category: 'x.category',
  score: 'x.score',
  threshold: 'x.threshold',
  policy: 'x.policy',
  feedbackUp: thumbsOn('up'),
  feedbackDown: thumbsOn('down'),
  outcome: 'x.outcome',
  reviewedAt: 'x.reviewed_at',
  overturnedAt: 'x.overturned_at',
  position: POSITION,
  index: 'x.index',
} as const;

export const FEEDBACK_FIELDS = {
  feedbackId: 'x.feedback_id',
  threadId: 'x.thread_id',
  messageId: 'x.message_id',
  decisionId: 'x.decision_id',
  rating: 'x.rating',
  by: 'x.by',
  counts: 'x.counts',
  comment: 'c.text',
  policy: 'x.policy',
  at: 'x.at',
  position: POSITION,
} as const;

export const REVIEW_FIELDS = {
  reviewId: 'x.review_id',
  threadId: 'x.thread_id',
  decisionId: 'x.decision_id',
  outcome: 'x.outcome',
  by: 'x.by',
  reason: 'c.text',
  at: 'x.at',
  position: POSITION,
} as const;

export const GUARD_FIELDS = {
  threadId: 'x.thread_id',
  raisedAt: 'x.raised_at',
  kind: 'x.kind',
  reported: 'x.reported',
  messageId: 'x.message_id',
  until: 'x.until',
  extensions: 'x.extensions',
  extendedAt: 'x.extended_at',
  clearedAt: 'x.cleared_at',
  clearedBy: 'x.cleared_by',
  decisionId: 'x.decision_id',
  policy: 'x.policy',
  position: "x.log_partition || ':' || x.raised_offset",
} as const;

/** How many thumbs of its thread that count are on the decision `x`. */
function thumbsOn(rating: 'up' | 'down'): string {
  const there = 'f.tenant = x.tenant AND f.decision_id = x.decision_id AND f.thread_id = x.thread_id';
  return `(SELECT count(*)::integer FROM offramp_v1.feedback f WHERE ${there} AND f.counts AND f.rating = '${rating}')`;
}

/** The text that belongs to an event, where it is still there; `kind` is an expression over `x`. */
export function contentOf(event: string, kind: string): string {
  return (
    'LEFT JOIN offramp_v1.contents c ON c.tenant = x.tenant AND c.thread_id = x.thread_id ' +
    `AND c.event_id = ${event} AND c.kind = ${kind}`
  );
}

/** `SELECT` of fields, each under its own name. */
export function selectOf(fields: Readonly<Record<string, string>>): string {
  const selected = Object.entries(fields).map(([field, expression]) => `  ${expression} AS "${field}"`);
  return `SELECT\n${selected.join(',\n')}`;
}
