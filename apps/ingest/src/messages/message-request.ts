import {
  categorySchema,
  evidenceSchema,
  intentSchema,
  messageIdSchema,
  nameSchema,
  positionSchema,
  roleSchema,
  scoreSchema,
  threadIdSchema,
} from '@offramp/events';
import { z } from 'zod';

/** Evidence stays on the log for ever; more categories than these are a mistake. */
const CATEGORIES_MAX = 100;
const CONTEXT_TURNS_MAX = 8;

const scores = z
  .record(categorySchema, scoreSchema)
  .refine((given) => Object.keys(given).length <= CATEGORIES_MAX, `At most ${CATEGORIES_MAX} categories`);

/** What a platform says of a message by itself. Only the scores are asked for; the rest has a default. */
const platformEvidenceSchema = evidenceSchema.extend({
  assessor: nameSchema(64).default('platform'),
  version: nameSchema(64).default('1'),
  status: evidenceSchema.shape.status.default('assessed'),
  harm: scores.default({}).describe('Scores from 0 to 1, by category'),
  risk: scores
    .optional()
    .describe('Scores from 0 to 1, by kind; {}: looked, found none; absent: filled in from the text'),
});

/** As `toISOString` writes it for the years 0 to 9999; other years are longer. */
const ISO_LENGTH = 24;

/** Any RFC 3339 time; it is logged in UTC with milliseconds. What comes out is a time of the contract by construction. */
const platformTimeSchema = z.iso.datetime({ offset: true }).transform((text, context) => {
  const time = new Date(text);
  const logged = Number.isNaN(time.getTime()) ? '' : time.toISOString();
  if (logged.length === ISO_LENGTH) return logged;
  context.addIssue('No such time');
  return z.NEVER;
});

const signalRequestSchema = z.object({
  redirected: z.boolean().optional(),
  warned: z.boolean().optional(),
  proposesEnd: z
    .union([z.boolean(), z.object({ reason: z.string().optional().describe('Stored as content, never logged') })])
    .optional(),
});

const turnSchema = z.object({ role: roleSchema, text: z.string() });

/** The body of `POST /v1/messages`, and a line of it. Unknown fields are ignored. */
export const messageRequestSchema = z.object({
  threadId: threadIdSchema,
  messageId: messageIdSchema,
  parentId: messageIdSchema
    .nullable()
    .optional()
    .describe('null: a first message; absent: follows the latest message of the thread'),
  role: roleSchema,
  text: z.string().optional().describe('Stored as content, never logged'),
  at: platformTimeSchema.optional().describe("The platform's own time; data only"),
  evidence: platformEvidenceSchema.optional(),
  intent: intentSchema.optional(),
  signal: signalRequestSchema.optional(),
  seen: positionSchema.optional().describe('How far the decisions of this thread were known; from the last verdict'),
  context: z
    .array(turnSchema)
    .max(CONTEXT_TURNS_MAX)
    .optional()
    .describe('Earlier turns for the assessor, oldest first; never logged'),
});

export type MessageRequest = z.output<typeof messageRequestSchema>;
