import { z } from 'zod';
import { type Envelope, eventSchema, timeSchema } from './envelope.js';
import { categorySchema, scoreSchema, verdictSchema } from './evidence.js';
import { messageIdSchema } from './ids.js';
import { nameSchema } from './name.js';
import { positionSchema } from './position.js';

export const STAGES = ['clear', 'redirecting', 'warned', 'ended'] as const;
export const stageSchema = z.enum(STAGES);
export type Stage = z.infer<typeof stageSchema>;

/** Where a line stands after the input: the delivered redirects, of how many that the policy asks for. */
export const ladderViewSchema = z.object({ stage: stageSchema, attempts: z.int().min(0), of: z.int().min(0) });
export type LadderView = z.infer<typeof ladderViewSchema>;

/** The score that spoke, the threshold that it met, and the message that it was seen in. */
export const becauseSchema = z.object({
  kind: z.enum(['harm', 'risk']),
  category: categorySchema,
  score: scoreSchema,
  threshold: scoreSchema,
  messageId: messageIdSchema,
});
export type Because = z.infer<typeof becauseSchema>;

const decisionIdSchema = z.string().regex(/^[0-9a-f]{32}$/, 'A decision id is 32 hex digits');

/** How a line came to its end: the delivered redirects, the delivered warning, the harmful messages that counted. */
export const pathSchema = z.object({
  redirects: z.array(decisionIdSchema),
  warning: decisionIdSchema.optional(),
  harmful: z.array(messageIdSchema),
});
export type EndPath = z.infer<typeof pathSchema>;

/** Every decision names the input position it came from, and its index among that position's decisions. */
const origin = {
  position: positionSchema.describe('Of the input on inbound.v1'),
  index: z.int().min(0).describe("Among the decisions of that input's position"),
  messageId: messageIdSchema.optional().describe("The input's"),
};
const verdict = verdictSchema;
const because = becauseSchema;
const ladder = ladderViewSchema;
const until = timeSchema.describe('When the guard expires, in partition time');
const policy = nameSchema(160).describe("`name@` and the first 8 hex digits of the document's hash");

const advice = z.object({
  ...origin,
  verdict,
  because: because.optional(),
  again: z.boolean().optional().describe('The same advice once more: no answer has delivered it yet'),
  until: until.optional(),
  ladder,
  policy,
});
const delivered = z.object({
  ...origin,
  attempt: z.int().min(1).optional(),
  of: z.int().min(1).optional(),
  because,
  ladder,
  policy,
});
const guard = z.object({
  ...origin,
  kind: nameSchema(64).optional(),
  verdict: verdict.optional(),
  because: because.optional(),
  until: until.optional(),
  policy,
});

export const WITHHELD_CAUSES = ['guard', 'not-last-resort', 'observe', 'suspended'] as const;
export const ENDED_BY = ['policy', 'model', 'user'] as const;
export type EndedBy = (typeof ENDED_BY)[number];

/** The most lines that one ConversationReopened names; more of them make more events. */
export const REOPENED_MAX = 100;

/** `data` of every type on `decisions.v1`, by its name. The order of the fields is the order of the bytes. */
export const decisionData = {
  RedirectAdvised: advice,
  WarningAdvised: advice,
  SupportAdvised: advice,
  EndPermitted: advice,
  RedirectAttempted: delivered,
  WarningIssued: delivered,
  EndConfirmationAsked: z.object({ ...origin, of: z.enum(['user', 'model']), verdict, ladder, policy }),
  EndWithheld: z.object({
    ...origin,
    cause: z.enum(WITHHELD_CAUSES),
    verdict: verdict.optional(),
    because: because.optional(),
    until: until.optional(),
    ladder,
    policy,
  }),
  ConversationEnded: z.object({
    ...origin,
    by: z.enum(ENDED_BY),
    verdict,
    endId: messageIdSchema.describe('The message that the line ended at'),
    because: because.optional(),
    path: pathSchema,
    policy,
  }),
  ConversationReopened: z.object({
    ...origin,
    endIds: z.array(messageIdSchema).max(REOPENED_MAX),
    cause: z.enum(['risk', 'review']),
    policy,
  }),
  MessageRefused: z.object({
    ...origin,
    verdict,
    endId: messageIdSchema,
    endedAt: timeSchema,
    decisionId: decisionIdSchema.describe('Of the ConversationEnded'),
    policy,
  }),
  MessageRepeated: z.object({
    ...origin,
    of: positionSchema.describe('The position of the first message with this id'),
    verdict,
    endId: messageIdSchema.optional(),
    endedAt: timeSchema.optional(),
    decisionId: decisionIdSchema
      .optional()
      .describe('What the first verdict rests on; where a line ended or refused, the ConversationEnded'),
    policy,
  }),
  GuardRaised: guard,
  GuardExtended: guard,
  GuardCleared: guard,
  LadderReset: z.object({ ...origin, ladder, policy }),
  PolicyApplied: z.object({ ...origin, policy, share: z.number().min(0).max(1) }),
  RecordQuarantined: z.object({ ...origin, cause: nameSchema(64) }),
  /** Everything up to this input position is decided; silence up to here means continue. */
  Progress: z.object({ position: positionSchema, time: timeSchema }),
} as const;

/** Wire names: literals, never derived, never renamed. */
export const DECISION_TYPES = {
  RedirectAdvised: 'offramp.redirect.advised.v1',
  WarningAdvised: 'offramp.warning.advised.v1',
  SupportAdvised: 'offramp.support.advised.v1',
  EndPermitted: 'offramp.end.permitted.v1',
  RedirectAttempted: 'offramp.redirect.attempted.v1',
  WarningIssued: 'offramp.warning.issued.v1',
  EndConfirmationAsked: 'offramp.end-confirmation.asked.v1',
  EndWithheld: 'offramp.end.withheld.v1',
  ConversationEnded: 'offramp.conversation.ended.v1',
  ConversationReopened: 'offramp.conversation.reopened.v1',
  MessageRefused: 'offramp.message.refused.v1',
  MessageRepeated: 'offramp.message.repeated.v1',
  GuardRaised: 'offramp.guard.raised.v1',
  GuardExtended: 'offramp.guard.extended.v1',
  GuardCleared: 'offramp.guard.cleared.v1',
  LadderReset: 'offramp.ladder.reset.v1',
  PolicyApplied: 'offramp.policy.applied.v1',
  RecordQuarantined: 'offramp.record.quarantined.v1',
  Progress: 'offramp.progress.reached.v1',
} as const;

export type DecisionName = keyof typeof DECISION_TYPES;

/** The event of one name, for instance `Decision<'ConversationEnded'>`. */
export type Decision<Name extends DecisionName> = Envelope<
  (typeof DECISION_TYPES)[Name],
  z.infer<(typeof decisionData)[Name]>
>;

export type DecisionEvent = { [Name in DecisionName]: Decision<Name> }[DecisionName];

export const decisionSchemas = Object.fromEntries(
  (Object.keys(DECISION_TYPES) as DecisionName[]).map((name) => [
    name,
    eventSchema(DECISION_TYPES[name], decisionData[name]),
  ]),
) as unknown as { [Name in DecisionName]: z.ZodType<Decision<Name>> };
