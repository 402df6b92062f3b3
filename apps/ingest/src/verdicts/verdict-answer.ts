import {
  DECISION_TYPES,
  type Decision,
  type DecisionEvent,
  type LadderView,
  type Position,
  type Verdict,
  decisionData,
  encodePart,
  messageIdSchema,
  positionSchema,
  threadIdSchema,
  verdictSchema,
} from '@offramp/events';
import { z } from 'zod';
import type { KnownPolicies } from '../policies/known-policies.js';

/** What a person can still do, CONTRACT §3. */
const remedySchema = z.object({
  kind: z.enum(['new-thread', 'edit', 'feedback', 'support']),
  /** Of `edit`: post with the parent of an earlier message than this one, or of this one. */
  messageId: messageIdSchema.optional(),
  /** Of `feedback`: where to post it, and the decision that it is about. */
  href: z.string().optional(),
  decisionId: z.string().optional(),
});
type Remedy = z.infer<typeof remedySchema>;

const advice = decisionData.RedirectAdvised.shape;

/** CONTRACT §3, "A verdict". Empty fields are left out. */
export const verdictAnswerSchema = z.object({
  verdict: verdictSchema,
  decided: z.boolean().describe('false: no verdict in time, which means continue'),
  duplicate: z.literal(true).optional().describe('The message id was used before; this is the first verdict'),
  position: positionSchema,
  seen: positionSchema.optional().describe("How far decisions were read; send it with the model's answer"),
  threadId: threadIdSchema,
  messageId: messageIdSchema,
  ladder: advice.ladder.optional(),
  because: advice.because.optional(),
  until: advice.until.optional().describe('How long the guard is up'),
  instruction: z.string().optional().describe('For the model'),
  notice: z.string().optional().describe('For the user'),
  remedies: z.array(remedySchema).optional(),
  decisionId: z.string().optional(),
  endId: messageIdSchema.optional().describe('The message at which the line ended'),
  endedAt: z.string().optional(),
  policy: z.string().optional(),
});
export type VerdictAnswer = z.infer<typeof verdictAnswerSchema>;

/** The message that was posted, and what is known of it. */
export interface Judged {
  readonly threadId: string;
  readonly messageId: string;
  readonly tenant: string;
  readonly isUser: boolean;
  readonly position: Position;
  readonly seen: Position | undefined;
  readonly decided: boolean;
  readonly decisions: readonly DecisionEvent[];
  /** The languages that the caller wants texts in, the first one first. */
  readonly languages: readonly string[];
}

type Speaking = Extract<DecisionEvent, { readonly data: { readonly policy: string } }>;

/** What to tell a caller who waited. `verdict: 'refuse'` is for a message that an ended line did not take. */
export function verdictAnswer(judged: Judged, policies: KnownPolicies): VerdictAnswer {
  const { threadId, messageId, position, seen, decided, decisions } = judged;
  const speaking = decisions.find((decision): decision is Speaking => verdictIn(decision) !== undefined);
  const verdict = verdictFor(judged, speaking);
  const answer = {
    verdict,
    decided,
    duplicate: speaking?.type === DECISION_TYPES.MessageRepeated ? true : undefined,
    position,
    seen,
    threadId,
    messageId,
    ladder: ladderAfter(judged, policies),
    ...(verdict === 'continue' ? {} : reasonsOf(speaking, judged, policies)),
  };
  return withoutAbsent(answer) as VerdictAnswer;
}

/** For a message that is not the user's: `end`, `confirm-end`, else `continue`. */
function verdictFor({ isUser }: Judged, speaking: Speaking | undefined): Verdict {
  const verdict = (speaking && verdictIn(speaking)) ?? 'continue';
  return isUser || verdict === 'end' || verdict === 'confirm-end' ? verdict : 'continue';
}

function reasonsOf(speaking: Speaking | undefined, judged: Judged, policies: KnownPolicies) {
  if (speaking === undefined) return {};
  const { because, until, endId, endedAt } = speaking.data as Partial<Decision<'SupportAdvised'>['data']> & EndFields;
  const verdict = verdictIn(speaking)!;
  const texts = policies.textsOf(judged.tenant, speaking.data.policy, judged.languages)[textKey(verdict, judged)];
  const decisionId = decisionIdOf(speaking);
  return {
    because,
    until,
    instruction: texts?.instruction,
    notice: texts?.notice,
    remedies: remediesOf(verdict, { threadId: judged.threadId, decisionId, endId }),
    decisionId,
    endId,
    endedAt: speaking.type === DECISION_TYPES.ConversationEnded ? speaking.time : endedAt,
    policy: speaking.data.policy,
  };
}

interface EndFields {
  readonly endId?: string;
  readonly endedAt?: string;
}

/** The policy speaks to the model that is asked to confirm otherwise than to a user. */
function textKey(verdict: Verdict, { isUser }: Judged): string {
  return verdict === 'confirm-end' && !isUser ? 'confirm-end-by-model' : verdict;
}

/** Of a refusal, or a repeat: the decision that the first verdict rests on. */
function decisionIdOf(decision: Speaking): string | undefined {
  if (decision.type === DECISION_TYPES.MessageRefused || decision.type === DECISION_TYPES.MessageRepeated) {
    return decision.data.decisionId;
  }
  return decision.id;
}

function verdictIn({ data }: DecisionEvent): Verdict | undefined {
  return 'verdict' in data ? data.verdict : undefined;
}

/** Where the line stands after all that was decided about the message. */
function ladderAfter({ decisions, tenant }: Judged, policies: KnownPolicies): LadderView | undefined {
  const end = decisions.find((decision) => decision.type === DECISION_TYPES.ConversationEnded);
  if (end !== undefined) return endedLadder(end, tenant, policies);
  const last = decisions.findLast((decision) => 'ladder' in decision.data);
  return last === undefined ? undefined : (last.data as { ladder: LadderView }).ladder;
}

/** An end has no view of its own, but it has its path, and the policy says how many redirects that took. */
function endedLadder(
  { data }: Decision<'ConversationEnded'>,
  tenant: string,
  policies: KnownPolicies,
): LadderView | undefined {
  const policy = policies.get(tenant, data.policy)?.parsed;
  if (policy === undefined) return undefined;
  const ofCategory = data.because === undefined ? undefined : policy.perCategory[data.because.category]?.redirects;
  return { stage: 'ended', attempts: data.path.redirects.length, of: ofCategory ?? policy.redirects };
}

function remediesOf(
  verdict: Verdict,
  end: { threadId: string; decisionId?: string | undefined; endId?: string | undefined },
) {
  if (verdict === 'support') return [{ kind: 'support' }] satisfies Remedy[];
  if (verdict !== 'end' && verdict !== 'refuse') return undefined;
  const href = `/v1/threads/${encodePart(end.threadId)}/feedback`;
  return [
    { kind: 'new-thread' },
    withoutAbsent({ kind: 'edit', messageId: end.endId }),
    withoutAbsent({ kind: 'feedback', href, decisionId: end.decisionId }),
  ];
}

function withoutAbsent<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
