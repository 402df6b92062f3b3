import {
  ENDED_BY,
  decisionWords,
  encodePart,
  parsePosition,
  messageIdSchema,
  positionSchema,
  roleSchema,
  scoreSchema,
  stageSchema,
  timeSchema,
  verdictSchema,
} from '@offramp/events';
import type { DecisionRow, Explanation } from '@offramp/read-models';
import { z } from 'zod';
import { branchRowSchema, decisionNameSchema } from '../rows/row-schemas.js';
import { type Counted, countedOf } from './counted.js';

const becauseSchema = z.object({
  kind: z.enum(['harm', 'risk']),
  category: z.string(),
  score: scoreSchema,
  threshold: scoreSchema,
  messageId: messageIdSchema,
});

export const stepSchema = z.object({
  position: positionSchema,
  index: z.int().min(0),
  at: timeSchema,
  type: decisionNameSchema,
  words: z.string().describe('What was decided, in words'),
  messageId: messageIdSchema.optional(),
  role: roleSchema.optional(),
  /** Of another line, or of no message: it concerns this line all the same, as a guard does. */
  wholeThread: z.literal(true).optional().describe('Decided beside this line, for the whole thread'),
  verdict: verdictSchema.optional(),
  because: becauseSchema.optional().describe('The score that spoke, and the threshold that it met'),
  counts: z.boolean().describe('Whether the line stands where it stands because of it'),
  decisionId: z.string(),
  policy: z.string().optional(),
});
export type Step = z.infer<typeof stepSchema>;

const remedySchema = z.object({
  kind: z.enum(['new-thread', 'edit', 'feedback', 'support']),
  messageId: messageIdSchema.optional().describe('Of `edit`: this message, or an earlier one'),
  href: z.string().optional().describe('Of `feedback`: where to post it'),
  decisionId: z.string().optional().describe('Of `feedback`: what it is about'),
});
export type Remedy = z.infer<typeof remedySchema>;

/** Why a line is where it is: a receipt of what was decided. */
export const receiptSchema = z.object({
  threadId: z.string(),
  branchId: messageIdSchema,
  stage: stageSchema,
  guard: z.object({ up: z.boolean(), until: timeSchema.optional() }),
  /** Where it ended. */
  end: z
    .object({
      endId: messageIdSchema.describe('The message that the line ended at'),
      by: z.enum(ENDED_BY),
      at: timeSchema,
      decisionId: z.string(),
    })
    .optional(),
  reopenedAt: timeSchema.optional(),
  counted: z.object({
    redirects: z.int().min(0).describe('Delivered redirects that count'),
    of: z.int().min(0).describe('How many the policy asks for'),
    warned: z.boolean().describe('Whether a delivered warning counts'),
    harmful: z.array(messageIdSchema).describe('The harmful messages that count'),
  }),
  delivered: z
    .object({ redirects: z.int().min(0), warnings: z.int().min(0) })
    .describe('What was delivered on this line in all, whether it still counts or not'),
  steps: z.array(stepSchema).describe('In the order of the log'),
  decidedUnder: z.array(z.string()).describe('The policies that the steps name, in the order of the log'),
  policy: z.object({ id: z.string(), document: z.record(z.string(), z.unknown()) }).describe('The one in force'),
  remedies: z.array(remedySchema).describe('What can be done now'),
  branch: branchRowSchema,
});
export type Receipt = z.infer<typeof receiptSchema>;

/** `now`: ms since 1970, to tell whether the guard is up. */
export function receiptOf(explanation: Explanation, now: number): Receipt {
  const { branch, policy } = explanation;
  const { threadId, branchId, stage, guardUntil, reopenedAt } = branch;
  const decisions = decisionsInOrder(explanation);
  const counted = countedOf(explanation, decisions);
  const isUp = guardUntil !== undefined && Date.parse(guardUntil) > now;
  const end = stage === 'ended' ? endOf(decisions, branch.decisionId) : undefined;
  const receipt = {
    threadId,
    branchId,
    stage,
    guard: isUp ? { up: true, until: guardUntil } : { up: false },
    ...(end !== undefined && { end }),
    ...(reopenedAt !== undefined && { reopenedAt }),
    counted: { redirects: branch.attempts, of: counted.of, warned: counted.warned, harmful: counted.harmful },
    delivered: deliveredOn(explanation),
    steps: decisions.map((decision) => stepOf(decision, explanation, counted)),
    decidedUnder: [...new Set(decisions.flatMap((decision) => decision.policy ?? []))],
    policy,
    remedies: remediesOf({ threadId, isUp, end }),
    branch,
  };
  // Ids and times of rows are those of the events they came from; their types forgot it.
  return receipt as Receipt;
}

/** Of the line and of the whole thread, as they stand on the log. */
function decisionsInOrder({ messages, thread }: Explanation): DecisionRow[] {
  const all = [...messages.flatMap(({ decisions }) => decisions), ...thread];
  const offset = ({ position }: DecisionRow): number => parsePosition(position).offset;
  return all.sort((a, b) => offset(a) - offset(b) || a.index - b.index);
}

function deliveredOn({ messages }: Explanation): Receipt['delivered'] {
  const types = messages.flatMap(({ decisions }) => decisions.map(({ type }) => type));
  const countOf = (wanted: DecisionRow['type']): number => types.filter((type) => type === wanted).length;
  return { redirects: countOf('RedirectAttempted'), warnings: countOf('WarningIssued') };
}

function stepOf(decision: DecisionRow, { messages }: Explanation, { ids }: Counted) {
  const { position, index, at, type, messageId, verdict, decisionId, policy, data } = decision;
  const message = messages.find((one) => one.messageId === messageId);
  return {
    position,
    index,
    at,
    type,
    words: decisionWords(type, data),
    ...(messageId !== undefined && { messageId }),
    ...(message === undefined ? { wholeThread: true } : { role: message.role }),
    ...(verdict !== undefined && { verdict }),
    ...('because' in data && { because: data['because'] }),
    counts: ids.has(decisionId),
    decisionId,
    ...(policy !== undefined && { policy }),
  };
}

function endOf(decisions: readonly DecisionRow[], decisionId: string | undefined) {
  const end = decisions.find((decision) => decision.decisionId === decisionId);
  return end && { endId: end.endId, by: end.endedBy, at: end.at, decisionId: end.decisionId };
}

interface Standing {
  readonly threadId: string;
  /** Of the guard. */
  readonly isUp: boolean;
  readonly end: ReturnType<typeof endOf>;
}

/** As the verdict says them (CONTRACT §3). A line that goes on needs none, but feedback can always be given. */
function remediesOf({ threadId, isUp, end }: Standing) {
  const href = `/v1/threads/${encodePart(threadId)}/feedback`;
  if (isUp) return [{ kind: 'support' }, { kind: 'feedback', href }];
  if (end === undefined) return [{ kind: 'feedback', href }];
  return [
    { kind: 'new-thread' },
    { kind: 'edit', messageId: end.endId },
    { kind: 'feedback', href, decisionId: end.decisionId },
  ];
}
