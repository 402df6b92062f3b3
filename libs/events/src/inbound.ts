import { z } from 'zod';
import { type Envelope, eventSchema, timeSchema } from './envelope.js';
import { evidenceSchema, intentSchema } from './evidence.js';
import { messageIdSchema } from './ids.js';
import { jsonRecordSchema } from './json-record.js';
import { nameSchema } from './name.js';
import { positionSchema } from './position.js';

export const ROLES = ['user', 'assistant', 'system', 'tool'] as const;
export const roleSchema = z.enum(ROLES);
export type Role = z.infer<typeof roleSchema>;

/** What the answer of the assistant says of itself. */
export const signalSchema = z.object({
  redirected: z.boolean().optional(),
  warned: z.boolean().optional(),
  proposesEnd: z.boolean().optional(),
});

/** Who did something: a user, a reviewer, a program. A name or id, never a sentence. */
export const actorSchema = nameSchema(128);

const riskData = z.object({
  kind: nameSchema(64).optional(),
  messageId: messageIdSchema.optional(),
  by: actorSchema,
});
const endingsData = z.object({ by: actorSchema, cause: nameSchema(64) });

/** `data` of every type on `inbound.v1`, by its name. The order of the fields is the order of the bytes. */
export const inboundData = {
  MessagePosted: z.object({
    messageId: messageIdSchema,
    parentId: messageIdSchema
      .nullable()
      .optional()
      .describe('null: a first message; absent: follows the latest message of the thread'),
    role: roleSchema,
    at: timeSchema.optional().describe("The platform's own time; data only, never used to decide"),
    textLength: z.int().min(0).optional().describe('Length of the text in UTF-16 code units'),
    intent: intentSchema.optional().describe("The platform's own (a button); it wins over the assessor's"),
    evidence: evidenceSchema.optional(),
    signal: signalSchema.optional(),
    seen: positionSchema
      .optional()
      .describe('How far the author of this message had read the decisions of this partition, as an input position'),
    verdictWanted: z.boolean().optional().describe('Somebody waits for the verdict'),
  }),
  RiskReported: riskData,
  RiskCleared: riskData,
  FeedbackGiven: z.object({
    rating: z.enum(['up', 'down']),
    messageId: messageIdSchema.optional(),
    decisionId: nameSchema(64).optional(),
    by: actorSchema.optional(),
    hasComment: z.boolean(),
  }),
  ReviewRecorded: z.object({
    decisionId: nameSchema(64),
    outcome: z.enum(['upheld', 'overturned']),
    by: actorSchema,
    hasReason: z.boolean(),
  }),
  PolicyActivated: z.object({
    policy: nameSchema(160),
    /** The ladder checks it, so that a newer one is still an event here. */
    document: jsonRecordSchema.describe('The whole policy'),
    share: z.number().min(0).max(1).describe('The share of the threads that it covers, chosen by hash'),
    by: actorSchema,
    hasReason: z.boolean(),
  }),
  EndingsSuspended: endingsData,
  EndingsResumed: endingsData,
  ContentErased: z.object({
    messageIds: z.array(messageIdSchema).max(1000).optional().describe('Absent: the whole thread'),
    by: actorSchema,
  }),
} as const;

/** Wire names: literals, never derived, never renamed. */
export const INBOUND_TYPES = {
  MessagePosted: 'offramp.message.posted.v1',
  RiskReported: 'offramp.risk.reported.v1',
  RiskCleared: 'offramp.risk.cleared.v1',
  FeedbackGiven: 'offramp.feedback.given.v1',
  ReviewRecorded: 'offramp.review.recorded.v1',
  PolicyActivated: 'offramp.policy.activated.v1',
  EndingsSuspended: 'offramp.endings.suspended.v1',
  EndingsResumed: 'offramp.endings.resumed.v1',
  ContentErased: 'offramp.content.erased.v1',
} as const;

export type InboundName = keyof typeof INBOUND_TYPES;

/** The event of one name, for instance `Inbound<'MessagePosted'>`. */
export type Inbound<Name extends InboundName> = Envelope<
  (typeof INBOUND_TYPES)[Name],
  z.infer<(typeof inboundData)[Name]>
>;

export type InboundEvent = { [Name in InboundName]: Inbound<Name> }[InboundName];

export const inboundSchemas = {
  MessagePosted: eventSchema(INBOUND_TYPES.MessagePosted, inboundData.MessagePosted),
  RiskReported: eventSchema(INBOUND_TYPES.RiskReported, inboundData.RiskReported),
  RiskCleared: eventSchema(INBOUND_TYPES.RiskCleared, inboundData.RiskCleared),
  FeedbackGiven: eventSchema(INBOUND_TYPES.FeedbackGiven, inboundData.FeedbackGiven),
  ReviewRecorded: eventSchema(INBOUND_TYPES.ReviewRecorded, inboundData.ReviewRecorded),
  PolicyActivated: eventSchema(INBOUND_TYPES.PolicyActivated, inboundData.PolicyActivated),
  EndingsSuspended: eventSchema(INBOUND_TYPES.EndingsSuspended, inboundData.EndingsSuspended),
  EndingsResumed: eventSchema(INBOUND_TYPES.EndingsResumed, inboundData.EndingsResumed),
  ContentErased: eventSchema(INBOUND_TYPES.ContentErased, inboundData.ContentErased),
} as const;
