import { ENDED_BY, stageSchema } from '@offramp/events';
import {
  type BranchFilters,
  type DecisionFilters,
  type EndingFilters,
  type FeedbackFilters,
  THUMBS,
  type ThreadFilters,
} from '@offramp/read-models';
import { z } from 'zod';
import { type FieldsOf, decisionNameSchema } from './row-schemas.js';

/* The filters of the lists. What a time is, is known to the read models, which refuse any other. */

const text = z.string();
const flag = z.enum(['true', 'false']).transform((given) => given === 'true');

export const filters = {
  thread: text.optional().describe('The id of a thread'),
  guard: flag.optional().describe('Whether the guard of the thread is up now'),
  since: text.optional().describe('A time, RFC 3339, or a date: from then on'),
  before: text.optional().describe('A time, RFC 3339, or a date: before it'),
  policy: text.optional().describe('The id of a policy, with its hash'),
};

const endedBy = z.enum(ENDED_BY).optional();
const category = text.optional().describe('The category of harm, or the kind of risk, that spoke last');
const feedback = z.enum(THUMBS).optional().describe('Whether there is feedback that counts; or some of a rating');

export const threadFilters = {
  stage: stageSchema.optional().describe('Of the worst of its lines'),
  thread: filters.thread,
  guard: filters.guard,
  since: filters.since,
  before: filters.before,
  endedBy: endedBy.describe('Of a line of it that is ended, or was'),
  policy: filters.policy,
  category,
  feedback,
} satisfies FieldsOf<ThreadFilters>;

export const branchFilters = {
  stage: stageSchema.optional(),
  thread: filters.thread,
  guard: filters.guard,
  since: filters.since,
  before: filters.before,
  endedBy,
  policy: filters.policy,
  category,
  feedback,
} satisfies FieldsOf<BranchFilters>;

export const decisionFilters = {
  type: decisionNameSchema.optional(),
  thread: filters.thread,
  message: text.optional().describe('The id of a message'),
  category: text.optional().describe('The category that spoke'),
  policy: filters.policy,
  since: filters.since,
  before: filters.before,
  stage: stageSchema.optional().describe('Where the line stood after it'),
  endedBy,
  outcome: z.enum(['upheld', 'overturned']).optional().describe('Of its latest review'),
} satisfies FieldsOf<DecisionFilters>;

export const endingFilters = {
  thread: filters.thread,
  endedBy,
  category: text.optional().describe('The category of harm that spoke'),
  policy: filters.policy,
  reviewed: flag.optional().describe('Whether anybody has reviewed it'),
  outcome: z.enum(['upheld', 'overturned']).optional().describe('Of its latest review'),
  feedback: feedback.describe('On the ending: whether there is any that counts; or some of a rating'),
  since: filters.since,
  before: filters.before,
} satisfies FieldsOf<EndingFilters>;

export const feedbackFilters = {
  rating: z.enum(['up', 'down']).optional(),
  thread: filters.thread,
  decision: text.optional().describe('The id of a decision'),
  since: filters.since,
  before: filters.before,
  message: text.optional().describe('The id of a message'),
  by: text.optional().describe('Who gave it'),
  policy: filters.policy,
  counts: flag.optional().describe('Whether it counts: the last one of a person on one thing'),
} satisfies FieldsOf<FeedbackFilters>;
