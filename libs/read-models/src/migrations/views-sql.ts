import { ENDINGS, OVERTURNED_BY_CATEGORY, REVIEW_QUEUE } from './ending-views.js';
import { POSITION, TENANT, THREAD, type View } from './view.js';

const THREADS: View = {
  name: 'threads',
  comment: 'One row for each thread. Counts and stage are those of now.',
  from: 'offramp_v1.threads x',
  columns: [
    TENANT,
    THREAD,
    ['stage', 'x.stage', 'The worst stage of its lines: clear, redirecting, warned or ended.'],
    ['messages', 'x.messages', 'Messages of the thread, refused ones included.'],
    ['refused', 'x.refused', 'Messages that were refused under an ended line, with what was posted under them.'],
    ['branches', 'x.branches', 'Lines of conversation: the leaves of the tree of messages, refused ones left out.'],
    ['ended_branches', 'x.ended', 'Lines that are ended now.'],
    ['reopened', 'x.reopened', 'How many times an ended line was opened again, by risk or by a review.'],
    ['guard_until', 'x.guard_until', 'Until when the guard of this thread is up; in the past where it has expired.'],
    [
      'guarded',
      'coalesce(x.guard_until > now(), false)',
      'Whether the guard is up now: nothing is warned or ended meanwhile.',
    ],
    ['feedback_up', 'x.feedback_up', 'Thumbs up in this thread that count.'],
    ['feedback_down', 'x.feedback_down', 'Thumbs down in this thread that count.'],
    ['policy', 'x.policy', 'The policy that the latest decision in this thread named; null where none was made.'],
    ['category', 'x.category', 'The category of harm, or the kind of risk, that spoke last in this thread.'],
    ['created_at', 'x.created_at', 'Time of the first event of the thread.'],
    ['updated_at', 'x.updated_at', 'Time of the latest event of the thread.'],
  ],
};

const BRANCHES: View = {
  name: 'branches',
  comment: 'One row for each line of conversation, named by its first message. An edit or a retry starts a new one.',
  from: 'offramp_v1.branches x JOIN offramp_v1.threads t USING (tenant, thread_id)',
  columns: [
    ['tenant', 'tenant', 'The tenant that this row belongs to.'],
    ['thread_id', 'thread_id', 'The thread, by the id that the platform gave it.'],
    ['branch_id', 'x.branch_id', 'The message that the line begins with.'],
    ['forked_from', 'x.forked_from', 'The message that the line forks from; null where it begins the thread.'],
    ['head_id', 'x.head_id', 'The latest message of the line.'],
    ['messages', 'x.messages', 'Messages from the root of the thread to the head.'],
    [
      'stage',
      'x.stage',
      'Where the line stands: clear, redirecting, warned or ended. What is forgotten by time alone shows when it goes on.',
    ],
    ['attempts', 'x.attempts', 'Redirects that were delivered and count now.'],
    ['ended_at', 'x.ended_at', 'When the line last ended; stays where it was reopened.'],
    ['ended_by', 'x.ended_by', 'Who ended it: policy, model or user.'],
    ['decision_id', 'x.decision_id', 'The ConversationEnded decision.'],
    ['reopened_at', 'x.reopened_at', 'When the end was taken back, by risk or by a review.'],
    ['guard_until', 't.guard_until', 'Until when the guard of the thread is up.'],
    ['policy', 'x.policy', 'The policy that the latest decision on this line named.'],
    ['category', 'x.category', 'The category of harm, or the kind of risk, that spoke last on this line.'],
    ['feedback_up', 'x.feedback_up', 'Thumbs up that count, on its messages and on its decisions.'],
    ['feedback_down', 'x.feedback_down', 'Thumbs down that count, on its messages and on its decisions.'],
    ['created_at', 'x.created_at', 'Time of the first message of the line.'],
    ['updated_at', 'x.updated_at', 'Time of the latest change of the line.'],
  ],
};

const MESSAGES: View = {
  name: 'messages',
  comment: 'One row for each message, with the evidence that it came with and what was decided. No texts.',
  from: 'offramp_v1.messages x',
  columns: [
    TENANT,
    THREAD,
    ['message_id', 'x.message_id', 'The message, by the id that the platform gave it.'],
    ['parent_id', 'x.parent_id', 'The message that it follows; null where it begins a line, or its parent is unknown.'],
    ['missing_parent_id', 'x.missing_parent_id', 'The parent that it named and that was not there when it was posted.'],
    ['branch_id', 'x.branch_id', 'The line that it belongs to.'],
    ['role', 'x.role', 'user, assistant, system or tool.'],
    ['depth', 'x.depth', 'Messages above it on its line.'],
    ['text_length', 'x.text_length', 'Length of the text in UTF-16 code units.'],
    ['verdict', "coalesce(x.verdict, 'continue')", 'What the platform was told.'],
    ['stage', 'x.stage', 'Where the line stood after this message, when it was decided.'],
    ['attempts', 'x.attempts', 'Redirects delivered on the line up to this message, when it was decided.'],
    ['harmful', 'x.harmful', 'A user message with a harm score at or over the threshold of the policy.'],
    ['refused', 'x.refused_after IS NOT NULL', 'Refused under an ended line, or posted under a refused message.'],
    ['intent', 'x.intent', 'end or confirm-end, where the user asked for the end.'],
    ['signal', 'x.signal', 'What an answer of the assistant said of itself: redirected, warned, proposesEnd.'],
    ['evidence', 'x.evidence', 'What the assessor saw: scores of harm by category and of risk by kind.'],
    ['decision_ids', 'x.decision_ids', 'Decisions about this message, in order; null where silence meant continue.'],
    ['policy', 'x.policy', 'The policy that the decisions about this message named.'],
    ['posted_at', 'x.posted_at', 'When the message was accepted.'],
    ['at', 'x.at', "The platform's own time of the message; data only."],
    POSITION,
  ],
};

const DECISIONS: View = {
  name: 'decisions',
  comment: 'One row for each thing that the decider said, in the order of (position, index).',
  from: 'offramp_v1.decisions x',
  columns: [
    TENANT,
    ['decision_id', 'x.decision_id', 'Derived from what caused it: a replay gives the same.'],
    THREAD,
    ['message_id', 'x.message_id', 'The message that it is about.'],
    POSITION,
    ['index', 'x.index', 'Its number among the decisions of that position, from 0.'],
    ['type', 'x.type', 'What was decided, for instance RedirectAttempted.'],
    ['at', 'x.at', 'Time of the input that caused it.'],
    ['verdict', 'x.verdict', 'What the platform was told, where this decision says it.'],
    ['because_kind', 'x.because_kind', 'harm or risk.'],
    ['category', 'x.category', 'The category of harm, or the kind of risk, that spoke.'],
    ['score', 'x.score', 'Its score, 0 to 1.'],
    ['threshold', 'x.threshold', 'The threshold of the policy that it met.'],
    ['because_message_id', 'x.because_message_id', 'The message that it was seen in.'],
    ['stage', 'x.stage', 'Where the line stood after it.'],
    ['attempts', 'x.attempts', 'Redirects delivered on the line after it.'],
    ['end_id', 'x.end_id', 'The message that the line ended at, for ends and refusals.'],
    ['ended_by', 'x.ended_by', 'Who ended the line: policy, model or user.'],
    ['cause', 'x.cause', 'Why an end was withheld or a line reopened.'],
    ['policy', 'x.policy', 'The policy that decided.'],
    ['outcome', 'x.outcome', 'The latest review of it: upheld or overturned.'],
    ['reviewed_at', 'x.reviewed_at', 'Time of the latest review.'],
    ['overturned_at', 'x.overturned_at', 'Time of the first review that overturned it.'],
    ['data', 'x.data', 'All fields of the decision, as on decisions.v1.'],
  ],
};

const FEEDBACK: View = {
  name: 'feedback',
  comment:
    'One row for each thumb. All are kept; of one person on one thing, the last counts. Comments are content, nowhere in SQL.',
  from: 'offramp_v1.feedback x',
  columns: [
    TENANT,
    ['feedback_id', 'x.feedback_id', 'The id of the event.'],
    THREAD,
    ['message_id', 'x.message_id', 'The message that it is about, where it names one.'],
    ['decision_id', 'x.decision_id', 'The decision that it is about, where it names one.'],
    ['rating', 'x.rating', 'up or down.'],
    ['by', 'x.by', 'Who gave it, where the platform says.'],
    ['counts', 'x.counts', 'False where the same person gave another one on the same thing later; that one counts.'],
    ['has_comment', 'x.has_comment', 'Whether a comment came with it.'],
    ['policy', 'x.policy', 'The policy behind it: of the decision, else of the message, else of the thread.'],
    ['at', 'x.at', 'When it was given.'],
    POSITION,
  ],
};

const REVIEWS: View = {
  name: 'reviews',
  comment: 'One row for each review of a decision. All are kept; the reasons are content.',
  from: 'offramp_v1.reviews x',
  columns: [
    TENANT,
    ['review_id', 'x.review_id', 'The id of the event.'],
    THREAD,
    ['decision_id', 'x.decision_id', 'The decision that was reviewed.'],
    ['outcome', 'x.outcome', 'upheld or overturned. Overturning an end opens its line again.'],
    ['by', 'x.by', 'Who reviewed.'],
    ['has_reason', 'x.has_reason', 'Whether a reason was given.'],
    ['at', 'x.at', 'When it was recorded.'],
    POSITION,
  ],
};

const GUARDS: View = {
  name: 'guards',
  comment: 'One row for each time that the guard of a thread was raised because somebody may be at risk.',
  from: 'offramp_v1.guards x',
  columns: [
    TENANT,
    THREAD,
    ['raised_at', 'x.raised_at', 'When it was raised.'],
    ['kind', 'x.kind', 'The kind of risk.'],
    ['reported', 'x.reported', 'Raised by a report rather than by a message.'],
    ['message_id', 'x.message_id', 'The message that the risk was seen in, where there is one.'],
    ['until', 'x.until', 'When it expires, as moved on by later signs of risk.'],
    ['extensions', 'x.extensions', 'How often later signs of risk moved its expiry on.'],
    ['extended_at', 'x.extended_at', 'Time of the latest of them.'],
    ['cleared_at', 'x.cleared_at', 'When somebody lowered it; null where it expired or is up.'],
    ['cleared_by', 'x.cleared_by', 'Who lowered it.'],
    ['decision_id', 'x.decision_id', 'The GuardRaised decision.'],
    ['policy', 'x.policy', 'The policy whose threshold or report rule raised it.'],
    [
      'position',
      "x.log_partition || ':' || x.raised_offset",
      'Where the event that raised it stands on inbound.v1, "partition:offset".',
    ],
  ],
};

const POLICIES: View = {
  name: 'policies',
  comment: 'One row for each activation of a policy. It holds from its own position of each partition on.',
  from: 'offramp_v1.policies x GROUP BY x.tenant, x.activation_id',
  columns: [
    TENANT,
    ['activation_id', 'x.activation_id', 'The id of the activation.'],
    ['policy', 'min(x.policy)', 'The policy: its name, and 8 digits of the hash of its document.'],
    ['share', 'min(x.share)', 'The share of threads that it covers, 0 to 1.'],
    ['by', 'min(x.by)', 'Who activated it.'],
    ['has_reason', 'bool_or(x.has_reason)', 'Whether a reason was given.'],
    ['partitions', 'count(DISTINCT x.log_partition)', 'Partitions that it has reached.'],
    ['applied', 'bool_and(x.applied)', 'Whether the decider took it on all of them.'],
    ['activated_at', 'min(x.activated_at)', 'When it was activated.'],
    ['document', '(array_agg(x.document))[1]', 'The whole document.'],
    [
      'position',
      "string_agg(x.log_partition || ':' || x.log_offset, ',' ORDER BY x.log_partition)",
      'Where it stands on inbound.v1, on each partition.',
    ],
  ],
};

const DAY = "AT TIME ZONE 'UTC')::date";
const EXPOSURE_ROWS = `(
  SELECT tenant, (at ${DAY} AS day, policy, type, overturned_at, NULL AS rating, false AS harmful
    FROM offramp_v1.decisions
    WHERE type IN ('RedirectAttempted', 'WarningIssued', 'ConversationEnded', 'MessageRefused', 'EndWithheld')
  UNION ALL
  SELECT tenant, (at ${DAY}, policy, NULL, NULL, rating, false FROM offramp_v1.feedback WHERE counts
  UNION ALL
  SELECT tenant, (posted_at ${DAY}, policy, NULL, NULL, NULL, true FROM offramp_v1.messages WHERE harmful
) x GROUP BY x.tenant, x.day, x.policy`;

const EXPOSURE_DAILY: View = {
  name: 'exposure_daily',
  comment: 'What the assistant was exposed to, and what it was spared, by tenant, day (UTC) and policy.',
  from: EXPOSURE_ROWS,
  columns: [
    TENANT,
    ['day', 'x.day', 'The day, in UTC.'],
    ['policy', 'x.policy', 'The policy; null for feedback where nothing was ever decided.'],
    ['harmful_messages', 'count(*) FILTER (WHERE x.harmful)', 'Harmful user messages, refused ones included.'],
    ['redirects', "count(*) FILTER (WHERE x.type = 'RedirectAttempted')", 'Redirects that were delivered.'],
    ['warnings', "count(*) FILTER (WHERE x.type = 'WarningIssued')", 'Warnings that were delivered.'],
    ['ends', "count(*) FILTER (WHERE x.type = 'ConversationEnded')", 'Lines that ended, by policy, model or user.'],
    [
      'refused_messages',
      "count(*) FILTER (WHERE x.type = 'MessageRefused')",
      'Messages refused under an ended line: turns that the assistant was spared.',
    ],
    ['withheld_ends', "count(*) FILTER (WHERE x.type = 'EndWithheld')", 'Ends that were due or proposed and not made.'],
    [
      'overturned_ends',
      "count(*) FILTER (WHERE x.type = 'ConversationEnded' AND x.overturned_at IS NOT NULL)",
      'Of the ends of this day, those that a review overturned since.',
    ],
    [
      'feedback_up',
      "count(*) FILTER (WHERE x.rating = 'up')",
      'Thumbs up of this day that count: the last one of a person on one thing.',
    ],
    ['feedback_down', "count(*) FILTER (WHERE x.rating = 'down')", 'Thumbs down of this day that count.'],
  ],
};

export const VIEWS: readonly View[] = [
  THREADS,
  BRANCHES,
  MESSAGES,
  DECISIONS,
  FEEDBACK,
  REVIEWS,
  ENDINGS,
  REVIEW_QUEUE,
  OVERTURNED_BY_CATEGORY,
  GUARDS,
  POLICIES,
  EXPOSURE_DAILY,
];

export const VIEWS_SQL = VIEWS.map(createView).join('\n');

function createView({ name, comment, from, columns }: View): string {
  const selected = columns.map(([column, expression]) => `  ${expression} AS "${column}"`).join(',\n');
  const comments = columns.map(
    ([column, , text]) => `COMMENT ON COLUMN offramp.${name}."${column}" IS ${literal(text)};`,
  );
  return [
    `CREATE VIEW offramp.${name} AS SELECT\n${selected}\nFROM ${from};`,
    `COMMENT ON VIEW offramp.${name} IS ${literal(comment)};`,
    ...comments,
    '',
  ].join('\n');
}

/** With the same columns: what was granted, and views over it, stay. */
export function replaceView(view: View): string {
  return createView(view).replace('CREATE VIEW', 'CREATE OR REPLACE VIEW');
}

function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
