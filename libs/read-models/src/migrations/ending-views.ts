import { type Column, TENANT, THREAD, type View } from './view.js';

/** How many thumbs that count are on the decision `x`; those of its own thread, as nobody else has seen it. */
export const THUMBS_ON_DECISION = `CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE f.rating = 'up')::integer AS up,
      count(*) FILTER (WHERE f.rating = 'down')::integer AS down
    FROM offramp_v1.feedback f
    WHERE f.tenant = x.tenant AND f.decision_id = x.decision_id AND f.thread_id = x.thread_id AND f.counts
  ) t`;

const ENDING_COLUMNS: readonly Column[] = [
  TENANT,
  ['decision_id', 'x.decision_id', 'The ConversationEnded decision.'],
  THREAD,
  ['end_id', 'x.end_id', 'The message that the line ended at.'],
  ['ended_at', 'x.at', 'When it ended.'],
  ['ended_by', 'x.ended_by', 'Who ended it: policy, model or user.'],
  ['category', 'x.category', 'The category of harm that spoke; null where the user ended it.'],
  ['score', 'x.score', 'Its score, 0 to 1.'],
  ['threshold', 'x.threshold', 'The threshold of the policy that it met.'],
  ['policy', 'x.policy', 'The policy that decided.'],
  ['feedback_up', 't.up', 'Thumbs up on this ending that count.'],
  ['feedback_down', 't.down', 'Thumbs down on this ending that count.'],
  ['outcome', 'x.outcome', 'The latest review of it: upheld or overturned; null where nobody has reviewed it.'],
  ['reviewed_at', 'x.reviewed_at', 'Time of the latest review.'],
  ['overturned_at', 'x.overturned_at', 'Time of the first review that overturned it.'],
];

export const ENDINGS: View = {
  name: 'endings',
  comment: 'One row for each end of a line, with what people and reviewers said of it.',
  from: `offramp_v1.decisions x ${THUMBS_ON_DECISION} WHERE x.type = 'ConversationEnded'`,
  columns: ENDING_COLUMNS,
};

export const REVIEW_QUEUE: View = {
  name: 'review_queue',
  comment: 'What a reviewer has to look at: a row for each queue that an ending stands in. It may stand in both.',
  from: [
    `offramp_v1.decisions x ${THUMBS_ON_DECISION}`,
    "CROSS JOIN (VALUES ('unreviewed'), ('thumbs-down')) q (name)",
    "WHERE x.type = 'ConversationEnded'",
    "AND CASE q.name WHEN 'unreviewed' THEN x.outcome IS NULL ELSE t.down > 0 END",
  ].join('\n  '),
  columns: [
    ['queue', 'q.name', 'unreviewed: nobody has reviewed it; thumbs-down: somebody did not agree with it.'],
    ...ENDING_COLUMNS,
  ],
};

export const OVERTURNED_BY_CATEGORY: View = {
  name: 'overturned_by_category',
  comment: 'Of the ends of each category, those that were reviewed and those that a review overturned.',
  from: "offramp_v1.decisions x WHERE x.type = 'ConversationEnded' GROUP BY x.tenant, x.category",
  columns: [
    TENANT,
    ['category', 'x.category', 'The category of harm that spoke; null for ends by users.'],
    ['endings', 'count(*)', 'Lines that ended.'],
    ['reviewed', 'count(x.outcome)', 'Of them, those that somebody has reviewed.'],
    ['upheld', "count(*) FILTER (WHERE x.outcome = 'upheld')", 'Of them, those whose latest review upheld them.'],
    ['overturned', 'count(x.overturned_at)', 'Of them, those that a review overturned at some time.'],
  ],
};
