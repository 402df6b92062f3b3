import { ENDED_BY, parsePosition } from '@offramp/events';
import {
  BRANCH_FIELDS,
  DECISION_FIELDS,
  ENDING_FIELDS,
  FEEDBACK_FIELDS,
  GUARD_FIELDS,
  MESSAGE_FIELDS,
  REVIEW_FIELDS,
  THREAD_FIELDS,
  contentOf,
} from './fields.js';
import {
  THUMBS,
  before,
  byEither,
  byFlag,
  byFuture,
  byOne,
  byOutcome,
  byRating,
  byStage,
  byText,
  byThumbs,
  byType,
  since,
} from './filters.js';
import { type ListSpec, bothWays } from './list.js';
import type {
  BranchRow,
  DecisionRow,
  EndingRow,
  FeedbackRow,
  GuardRow,
  MessageRow,
  ReviewRow,
  ThreadRow,
} from './rows.js';

export interface ThreadFilters {
  readonly stage?: string | undefined;
  readonly thread?: string | undefined;
  /** Whether the guard is up now. */
  readonly guard?: boolean | undefined;
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  /** Of a line of it that is ended, or was. */
  readonly endedBy?: string | undefined;
  readonly policy?: string | undefined;
  /** Of harm or of risk, that spoke last. */
  readonly category?: string | undefined;
  /** Whether there is feedback that counts: true, false; or some of a rating: up, down. */
  readonly feedback?: string | undefined;
}

/** The newest threads first, by the time of their first event. */
export const THREADS: ListSpec<ThreadRow> = {
  name: 'threads',
  fields: THREAD_FIELDS,
  from: 'offramp_v1.threads x',
  tenant: 'x.tenant',
  filters: {
    stage: byStage('x.stage'),
    thread: byText('x.thread_id'),
    guard: byFuture('x.guard_until'),
    since: since('x.created_at'),
    before: before('x.created_at'),
    endedBy: {
      ...byText(''),
      condition:
        'x.thread_id IN (SELECT b.thread_id FROM offramp_v1.branches b WHERE b.tenant = $1 AND b.ended_by = $n)',
      oneOf: ENDED_BY,
    },
    policy: byText('x.policy'),
    category: byText('x.category'),
    feedback: byThumbs('x.feedback_up', 'x.feedback_down'),
  },
  orders: bothWays('createdAt', {
    key: [
      ['x.created_at', 'timestamptz'],
      ['x.thread_id', 'text'],
    ],
    keyOf: ({ createdAt, threadId }) => [createdAt, threadId],
  }),
};

export type BranchFilters = ThreadFilters;

/** The threads whose guard is up: few, and in an index. */
const GUARDED = '(SELECT t.thread_id FROM offramp_v1.threads t WHERE t.tenant = $1 AND t.guard_until > now())';

/** The newest lines first, by the time of their first message. */
export const BRANCHES: ListSpec<BranchRow> = {
  name: 'branches',
  fields: BRANCH_FIELDS,
  nullable: ['forkedFrom'],
  from: 'offramp_v1.branches x',
  tenant: 'x.tenant',
  filters: {
    stage: byStage('x.stage'),
    thread: byText('x.thread_id'),
    guard: byEither({ true: `x.thread_id IN ${GUARDED}`, false: `x.thread_id NOT IN ${GUARDED}` }),
    since: since('x.created_at'),
    before: before('x.created_at'),
    endedBy: { ...byText('x.ended_by'), oneOf: ENDED_BY },
    policy: byText('x.policy'),
    category: byText('x.category'),
    feedback: byThumbs('x.feedback_up', 'x.feedback_down'),
  },
  orders: {
    ...bothWays('createdAt', {
      key: [
        ['x.created_at', 'timestamptz'],
        ['x.thread_id', 'text'],
        ['x.branch_id', 'text'],
      ],
      keyOf: ({ createdAt, threadId, branchId }) => [createdAt, threadId, branchId],
    }),
    // Of the lines that ended once; no other has a place in it.
    ...bothWays('endedAt', {
      key: [
        ['x.ended_at', 'timestamptz'],
        ['x.thread_id', 'text'],
        ['x.branch_id', 'text'],
      ],
      only: 'x.ended_at IS NOT NULL',
      keyOf: ({ endedAt, threadId, branchId }) => [endedAt!, threadId, branchId],
    }),
  },
};

export interface DecisionFilters {
  readonly type?: string | undefined;
  readonly thread?: string | undefined;
  readonly message?: string | undefined;
  readonly category?: string | undefined;
  readonly policy?: string | undefined;
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  readonly stage?: string | undefined;
  readonly endedBy?: string | undefined;
  /** Of its latest review. */
  readonly outcome?: string | undefined;
}

/** The newest decisions first. */
export const DECISIONS: ListSpec<DecisionRow> = {
  name: 'decisions',
  fields: DECISION_FIELDS,
  from: 'offramp_v1.decisions x',
  tenant: 'x.tenant',
  filters: {
    type: byType('x.type'),
    thread: byText('x.thread_id'),
    message: byText('x.message_id'),
    category: byText('x.category'),
    policy: byText('x.policy'),
    since: since('x.at'),
    before: before('x.at'),
    stage: byStage('x.stage'),
    endedBy: { ...byText('x.ended_by'), oneOf: ENDED_BY },
    outcome: byOutcome('x.outcome'),
  },
  orders: bothWays('at', {
    key: [
      ['x.at', 'timestamptz'],
      ['x.log_partition', 'integer'],
      ['x.log_offset', 'bigint'],
      ['x.index', 'integer'],
    ],
    keyOf: ({ at, position, index }) => [at, ...positionKey(position), String(index)],
  }),
};

export interface EndingFilters {
  readonly thread?: string | undefined;
  readonly endedBy?: string | undefined;
  readonly category?: string | undefined;
  readonly policy?: string | undefined;
  /** Whether anybody has reviewed it. */
  readonly reviewed?: boolean | undefined;
  /** Of its latest review. */
  readonly outcome?: string | undefined;
  /** On the ending itself: true, false, up, down. */
  readonly feedback?: string | undefined;
  readonly since?: string | undefined;
  readonly before?: string | undefined;
}

/** Whether decisions are among those with thumbs of their threads that count, in an index of such thumbs only. */
function rated(which: string, among: 'IN' | 'NOT IN' = 'IN'): string {
  const counts = 'f.tenant = $1 AND f.counts AND f.decision_id IS NOT NULL';
  const thumbs = `SELECT f.decision_id, f.thread_id FROM offramp_v1.feedback f WHERE ${counts} ${which}`;
  return `(x.decision_id, x.thread_id) ${among} (${thumbs})`;
}

/** What reviewers work through: the newest ends first. */
export const ENDINGS: ListSpec<EndingRow> = {
  name: 'endings',
  fields: ENDING_FIELDS,
  from: 'offramp_v1.decisions x',
  tenant: 'x.tenant',
  filters: {
    thread: byText('x.thread_id'),
    endedBy: { ...byText('x.ended_by'), oneOf: ENDED_BY },
    category: byText('x.category'),
    policy: byText('x.policy'),
    reviewed: byEither({ true: 'x.outcome IS NOT NULL', false: 'x.outcome IS NULL' }),
    outcome: byOutcome('x.outcome'),
    feedback: {
      ...{ type: 'text', oneOf: THUMBS },
      condition: {
        ...{ true: rated(''), false: rated('', 'NOT IN') },
        ...{ up: rated("AND f.rating = 'up'"), down: rated("AND f.rating = 'down'") },
      },
    },
    since: since('x.at'),
    before: before('x.at'),
  },
  orders: bothWays('endedAt', {
    key: [
      ['x.at', 'timestamptz'],
      ['x.log_partition', 'integer'],
      ['x.log_offset', 'bigint'],
      ['x.index', 'integer'],
    ],
    only: "x.type = 'ConversationEnded'",
    keyOf: ({ endedAt, position, index }) => [endedAt, ...positionKey(position), String(index)],
  }),
};

export interface FeedbackFilters {
  readonly rating?: string | undefined;
  readonly thread?: string | undefined;
  readonly decision?: string | undefined;
  readonly since?: string | undefined;
  readonly before?: string | undefined;
  readonly message?: string | undefined;
  readonly by?: string | undefined;
  readonly policy?: string | undefined;
  readonly counts?: boolean | undefined;
}

/** The newest feedback first. */
export const FEEDBACK: ListSpec<FeedbackRow> = {
  name: 'feedback',
  fields: FEEDBACK_FIELDS,
  from: `offramp_v1.feedback x ${contentOf('x.feedback_id', "'comment'")}`,
  tenant: 'x.tenant',
  filters: {
    rating: byRating('x.rating'),
    thread: byText('x.thread_id'),
    decision: byText('x.decision_id'),
    since: since('x.at'),
    before: before('x.at'),
    message: byText('x.message_id'),
    by: byText('x.by'),
    policy: byText('x.policy'),
    counts: byFlag('x.counts'),
  },
  orders: bothWays('at', {
    key: [
      ['x.at', 'timestamptz'],
      ['x.thread_id', 'text'],
      ['x.feedback_id', 'text'],
    ],
    keyOf: ({ at, threadId, feedbackId }) => [at, threadId, feedbackId],
  }),
};

/** Of one thread each: `thread` is asked for always. */
export interface OfThread {
  readonly thread: string;
}

/** The tree of a thread, in log order, so that every parent comes before its children. */
export const MESSAGES: ListSpec<MessageRow> = {
  name: 'messages',
  fields: MESSAGE_FIELDS,
  nullable: ['parentId'],
  from: 'offramp_v1.messages x',
  tenant: 'x.tenant',
  filters: { thread: byOne('x.thread_id') },
  orders: inLogOrder('x.log_offset'),
};

export const REVIEWS: ListSpec<ReviewRow> = {
  name: 'reviews',
  fields: REVIEW_FIELDS,
  from: `offramp_v1.reviews x ${contentOf('x.review_id', "'review-reason'")}`,
  tenant: 'x.tenant',
  filters: { thread: byOne('x.thread_id') },
  orders: inLogOrder('x.log_offset'),
};

export const GUARDS: ListSpec<GuardRow> = {
  name: 'guards',
  fields: GUARD_FIELDS,
  from: 'offramp_v1.guards x',
  tenant: 'x.tenant',
  filters: { thread: byOne('x.thread_id') },
  orders: inLogOrder('x.raised_offset'),
};

/** What `sort` takes in each list that has a choice, the usual order first. */
export const SORTS = {
  threads: Object.keys(THREADS.orders),
  branches: Object.keys(BRANCHES.orders),
  decisions: Object.keys(DECISIONS.orders),
  endings: Object.keys(ENDINGS.orders),
  feedback: Object.keys(FEEDBACK.orders),
} as const;

/** The one order of a list of one thread. */
function inLogOrder<Row extends { readonly position: string }>(column: string): ListSpec<Row>['orders'] {
  const keyOf = ({ position }: Row): readonly string[] => [positionKey(position)[1]];
  return { position: { key: [[column, 'bigint']], direction: 'ASC', keyOf } };
}

export const LISTS: readonly ListSpec<never>[] = [
  THREADS,
  BRANCHES,
  DECISIONS,
  ENDINGS,
  FEEDBACK,
  MESSAGES,
  REVIEWS,
  GUARDS,
] as readonly ListSpec<never>[];

function positionKey(position: string): [partition: string, offset: string] {
  const { partition, offset } = parsePosition(position);
  return [String(partition), String(offset)];
}
