import { ENDED_BY, stageSchema } from '@offramp/events';
import type { BranchFilters, DecisionFilters, FeedbackFilters } from '@offramp/read-models';
import { z } from 'zod';
import { type FieldsOf, decisionNameSchema } from './row-schemas.js';

/* The filters of the lists. What a time is, is known to the read models, which refuse any other. */

const text = z.string();

export const filters = {
  thread: text.optional().describe('The id of a thread'),
  guard: z
    .enum(['true', 'false'])
    .transform((given) => given === 'true')
    .optional()
    .describe('Whether the guard of the thread is up now'),
  since: text.optional().describe('A time, RFC 3339, or a date: from then on'),
  before: text.optional().describe('A time, RFC 3339, or a date: before it'),
  policy: text.optional().describe('The id of a policy, with its hash'),
};

export const branchFilters = {
  stage: stageSchema.optional(),
  thread: filters.thread,
  guard: filters.guard,
  since: filters.since,
  before: filters.before,
  endedBy: z.enum(ENDED_BY).optional(),
  policy: filters.policy,
} satisfies FieldsOf<BranchFilters>;

export const decisionFilters = {
  type: decisionNameSchema.optional(),
  thread: filters.thread,
  message: text.optional().describe('The id of a message'),
  category: text.optional().describe('The category that spoke'),
  policy: filters.policy,
  since: filters.since,
  before: filters.before,
} satisfies FieldsOf<DecisionFilters>;

export const feedbackFilters = {
  rating: z.enum(['up', 'down']).optional(),
  thread: filters.thread,
  decision: text.optional().describe('The id of a decision'),
  since: filters.since,
  before: filters.before,
} satisfies FieldsOf<FeedbackFilters>;
