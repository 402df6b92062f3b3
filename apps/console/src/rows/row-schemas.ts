import {
  DECISION_TYPES,
  type DecisionName,
  ENDED_BY,
  INBOUND_TYPES,
  type InboundName,
  categorySchema,
  evidenceSchema,
  intentSchema,
  messageIdSchema,
  positionSchema,
  roleSchema,
  scoreSchema,
  signalSchema,
  stageSchema,
  threadIdSchema,
  timeSchema,
  verdictSchema,
} from '@offramp/events';
import type {
  BranchRow,
  CategoryRow,
  DecisionRow,
  EndingRow,
  FeedbackRow,
  MessageRow,
  Stats,
  ThreadRow,
  TimelineEntry,
} from '@offramp/read-models';
import { z } from 'zod';

/* What the rows of the read models look like to a caller, for the OpenAPI document; a test holds them against real rows. */

/** A schema for each field of a row: one that is forgotten, or is of another type, does not compile. */
export type FieldsOf<Row> = { readonly [Field in keyof Row]-?: z.ZodType<Row[Field]> };

export const decisionNameSchema = z
  .enum(Object.keys(DECISION_TYPES) as [DecisionName, ...DecisionName[]])
  .describe('Its type without the wire form');
export const inboundNameSchema = z.enum(Object.keys(INBOUND_TYPES) as [InboundName, ...InboundName[]]);
const count = z.int().min(0);
const policy = z.string().optional().describe('`name@` and the first 8 hex digits of its hash');
const category = categorySchema.optional().describe('Of harm or of risk, that spoke last');
const decisionId = z.string().describe('Of a decision');
const data = z.record(z.string(), z.unknown());

export const threadRowSchema = z.object({
  threadId: threadIdSchema,
  stage: stageSchema.describe('The worst of its lines'),
  messages: count,
  refused: count.describe('Of the messages, those that an ended line did not take'),
  branches: count,
  endedBranches: count,
  reopened: count.describe('How often an ended line was opened again'),
  guarded: z.boolean().describe('Whether the guard is up now'),
  guardUntil: timeSchema.optional(),
  feedbackUp: count,
  feedbackDown: count,
  policy,
  category,
  createdAt: timeSchema,
  updatedAt: timeSchema,
} satisfies FieldsOf<ThreadRow>);

const parkedAt = (what: string) =>
  z.object({ since: timeSchema, position: positionSchema.describe(what), cause: z.string() }).optional();

/** One thread, when it is asked for alone. */
export const threadAnswerSchema = threadRowSchema.extend({
  parked: parkedAt('The event that could not be projected').describe(
    'Events of this thread wait: what is shown is how it was before them',
  ),
  parkedTexts: parkedAt('On content.v1: the text that could not be stored').describe(
    'Texts of this thread wait, and are not shown',
  ),
});

export const branchRowSchema = z.object({
  threadId: threadIdSchema,
  branchId: messageIdSchema.describe('Its first own message'),
  forkedFrom: messageIdSchema
    .nullable()
    .describe('The message that it leaves its parent branch at; null: the first line'),
  headId: messageIdSchema.describe('Its last message'),
  messages: count.describe('From the root of the thread to the head'),
  stage: stageSchema,
  attempts: count.describe('Delivered redirects that count'),
  endedAt: timeSchema.optional(),
  endedBy: z.enum(ENDED_BY).optional(),
  decisionId: decisionId.optional().describe('The ConversationEnded'),
  reopenedAt: timeSchema.optional(),
  guardUntil: timeSchema.optional(),
  policy,
  category,
  feedbackUp: count.describe('Thumbs that count, on its messages and decisions'),
  feedbackDown: count,
  createdAt: timeSchema,
  updatedAt: timeSchema,
} satisfies FieldsOf<BranchRow>);

export const messageRowSchema = z.object({
  threadId: threadIdSchema,
  messageId: messageIdSchema,
  parentId: messageIdSchema.nullable(),
  missingParentId: messageIdSchema.optional().describe('A parent that was named and was not there'),
  branchId: messageIdSchema,
  role: roleSchema,
  depth: count,
  text: z.string().optional().describe('Where it is still there'),
  textLength: count.optional(),
  verdict: verdictSchema,
  stage: stageSchema.describe('Of the line after this message, when it was decided'),
  attempts: count,
  harmful: z.boolean(),
  refused: z.boolean(),
  intent: intentSchema.optional(),
  signal: signalSchema.optional(),
  evidence: evidenceSchema.optional(),
  decisionIds: z.array(decisionId).optional(),
  policy,
  postedAt: timeSchema,
  at: timeSchema.optional().describe("The platform's own time"),
  position: positionSchema,
} satisfies FieldsOf<MessageRow>);

export const decisionRowSchema = z.object({
  decisionId,
  threadId: z.string().describe('Empty where it is about no thread'),
  messageId: messageIdSchema.optional(),
  position: positionSchema.describe('Of its input'),
  index: count,
  type: decisionNameSchema,
  at: timeSchema,
  verdict: verdictSchema.optional(),
  becauseKind: z.enum(['harm', 'risk']).optional(),
  category: categorySchema.optional(),
  score: scoreSchema.optional(),
  threshold: scoreSchema.optional(),
  becauseMessageId: messageIdSchema.optional(),
  stage: stageSchema.optional(),
  attempts: count.optional(),
  endId: messageIdSchema.optional(),
  endedBy: z.enum(ENDED_BY).optional(),
  cause: z.string().optional(),
  policy,
  outcome: z.enum(['upheld', 'overturned']).optional().describe('Of its latest review'),
  reviewedAt: timeSchema.optional(),
  overturnedAt: timeSchema.optional(),
  data: data.describe('As on decisions.v1'),
} satisfies FieldsOf<DecisionRow>);

export const endingRowSchema = z.object({
  decisionId: decisionId.describe('Of the ConversationEnded'),
  threadId: threadIdSchema,
  endId: messageIdSchema.describe('The message that the line ended at'),
  endedAt: timeSchema,
  endedBy: z.enum(ENDED_BY),
  category: categorySchema.optional().describe('Of harm; none where the user ended it'),
  score: scoreSchema.optional(),
  threshold: scoreSchema.optional(),
  policy: z.string().describe('`name@` and the first 8 hex digits of its hash'),
  feedbackUp: count.describe('Thumbs on this ending that count'),
  feedbackDown: count,
  outcome: z.enum(['upheld', 'overturned']).optional().describe('Of its latest review'),
  reviewedAt: timeSchema.optional(),
  overturnedAt: timeSchema.optional().describe('Of the first review that overturned it'),
  position: positionSchema,
  index: count,
} satisfies FieldsOf<EndingRow>);

export const categoryRowSchema = z.object({
  category: categorySchema.nullable().describe('null: ends by users'),
  endings: count,
  reviewed: count,
  upheld: count.describe('Whose latest review upheld them'),
  overturned: count.describe('That a review overturned at some time'),
} satisfies FieldsOf<CategoryRow>);

export const feedbackRowSchema = z.object({
  feedbackId: z.string(),
  threadId: threadIdSchema,
  messageId: messageIdSchema.optional(),
  decisionId: decisionId.optional(),
  rating: z.enum(['up', 'down']),
  by: z.string().optional(),
  counts: z.boolean().describe('False where the same person gave another one on the same thing later'),
  comment: z.string().optional().describe('Where it is still there'),
  policy,
  at: timeSchema,
  position: positionSchema,
} satisfies FieldsOf<FeedbackRow>);

export const timelineEntrySchema = z.object({
  position: positionSchema,
  type: inboundNameSchema,
  at: timeSchema,
  messageId: messageIdSchema.optional(),
  text: z.string().optional().describe('The text, the comment or the reason, where it is still there'),
  data: data.describe('The fields of the event; of a message, its place in the tree and what came of it'),
  decisions: z.array(decisionRowSchema).describe('What it did, in order; none: it went on in silence'),
} satisfies FieldsOf<TimelineEntry>);

export const statsSchema = z.object({
  threads: count,
  messages: count,
  refused: count,
  branches: count,
  endedBranches: count.describe('Lines that are ended now'),
  guardedThreads: count.describe('Threads whose guard is up now'),
  reopened: count,
  decisions: z.object({ total: count, byType: z.record(z.string(), count) }),
  feedback: z.object({ up: count, down: count }),
} satisfies FieldsOf<Stats>);
