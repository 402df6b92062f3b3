import {
  type Because,
  type Decision,
  type DecisionEvent,
  type DecisionId,
  INBOUND_TYPES,
  type Inbound,
  type InboundEvent,
  type MessageId,
  type Verdict,
  shareOfThread,
} from '@offramp/events';
import { BUILT_IN, type Policy } from './policy.js';

/*
 * What the oracle remembers: each input with what came of it, in a list. Every question is answered by looking through the
 * whole list, so there is nothing here to keep in step: no facts, no versions, no `until`.
 */

/** Where a line of conversation stands. A clear one is undefined. */
export interface Line {
  readonly stage: 'clear' | 'redirecting' | 'warned' | 'ended';
  readonly attempts: number;
  readonly of: number;
  readonly persisted: number;
  readonly calm: number;
  readonly awaiting?: { readonly what: 'redirect' | 'warning'; readonly since: number; readonly because: Because };
  readonly confirming?: 'user' | 'model';
  readonly due?: Because;
  readonly policy: Policy;
  /** Offset of the activation of `policy`; -1: built in. */
  readonly policySince: number;
  readonly redirects: readonly DecisionId[];
  readonly warning?: DecisionId;
  readonly harmful: readonly MessageId[];
  readonly end?: End;
}

export interface End {
  readonly endId: MessageId;
  readonly endedAt: string;
  readonly decisionId: DecisionId;
}

/** The first answer to a message id. */
export interface Answer {
  readonly verdict: Verdict;
  readonly decisionId?: DecisionId;
  readonly end?: End;
  readonly policy: Policy;
}

/** An input that was handled. Fields are there where they apply. */
export interface Past {
  readonly offset: number;
  readonly event: InboundEvent;
  /** Partition time after it, ms. */
  readonly now: number;
  readonly decisions: readonly DecisionEvent[];
  /** A message that was judged (a repeat is not). */
  readonly answer?: Answer;
  readonly line?: Line | undefined;
  /** A risk signal: the guard is up for so long, ms, from here. */
  readonly guardMs?: number;
  readonly activated?: { readonly policy: Policy; readonly share: number };
  /** An event that is not a message and whose id is known from here, for so long, ms. */
  readonly knownMs?: number;
}

/** Everything before one input, and the time of that input. */
export interface Before {
  readonly history: readonly Past[];
  readonly event: InboundEvent;
  readonly offset: number;
  readonly now: number;
}

export function inThread({ history, event }: Before): readonly Past[] {
  return history.filter((past) => past.event.source === event.source && past.event.subject === event.subject);
}

export function isMessage(event: InboundEvent): event is Inbound<'MessagePosted'> {
  return event.type === INBOUND_TYPES.MessagePosted;
}

/** When the guard of the thread falls, ms; undefined while it is down. */
export function guardUntil(before: Before): number | undefined {
  let until: number | undefined;
  for (const past of inThread(before)) {
    if (until !== undefined && until <= past.now) until = undefined;
    if (past.guardMs !== undefined) until = Math.max(until ?? 0, past.now + past.guardMs);
    if (past.event.type === INBOUND_TYPES.RiskCleared && past.knownMs !== undefined) until = undefined;
  }
  return until !== undefined && until > before.now ? until : undefined;
}

/** A line that is clear goes by the newest policy, also where somebody was asked on it to confirm an end. */
export function underPolicy(line: Line, { policy, since }: InForce): Line {
  const of = line.stage === 'clear' ? policy.redirects : line.of;
  return { ...line, of, policy, policySince: since };
}

export interface InForce {
  readonly policy: Policy;
  readonly since: number;
}

const BEFORE_ALL: InForce = { policy: BUILT_IN, since: -1 };

/** The activations that cover the thread, newest first, and the built-in one last. */
function* covering({ history, event }: Before): Generator<InForce> {
  for (let at = history.length - 1; at >= 0; at--) {
    const {
      offset,
      event: { source },
      activated,
    } = history[at]!;
    if (activated === undefined || source !== event.source) continue;
    const { policy, share } = activated;
    const covers = share === 1 || shareOfThread(policy.name, event.source, event.subject) < share;
    if (covers) yield { policy, since: offset };
  }
  yield BEFORE_ALL;
}

export function newestPolicy(before: Before): InForce {
  for (const newest of covering(before)) return newest;
  return BEFORE_ALL;
}

/** What a line goes by: its own policy until it is clear again, or a newer one that applies to all. */
export function policyOfLine(before: Before, line: Line | undefined): InForce {
  if (line === undefined || line.stage === 'clear') return newestPolicy(before);
  if (line.end !== undefined) return { policy: line.policy, since: line.policySince };
  for (const active of covering(before)) {
    if (active.since > line.policySince && active.policy.appliesTo === 'all') return active;
  }
  return { policy: line.policy, since: line.policySince };
}

export function endingsSuspended({ history, event }: Before): boolean {
  const types: readonly string[] = [INBOUND_TYPES.EndingsSuspended, INBOUND_TYPES.EndingsResumed];
  const said = history.filter((past) => past.event.source === event.source && types.includes(past.event.type));
  return said.filter(({ knownMs }) => knownMs !== undefined).at(-1)?.event.type === INBOUND_TYPES.EndingsSuspended;
}

/** The message of this id that left something (a decision, or a line that is not clear): the latest, if several did. */
export function posted(before: Before, id: string): Past | undefined {
  const of = inThread(before).filter(({ event, answer, line, decisions }) => {
    return isMessage(event) && event.data.messageId === id && answer && (line !== undefined || decisions.length > 0);
  });
  return of.at(-1);
}

/** Ids are known, and lines that are not ended last, as long as the policy that spoke says. */
export function isForgotten(before: Before, past: Past): boolean {
  return before.now >= past.now + past.answer!.policy.forgetAfterMs;
}

/** Where the line stands after this message, as of now. */
export function lineAfter(before: Before, past: Past | undefined): Line | undefined {
  if (past?.line === undefined) return undefined;
  const wiped = inThread(before).some(({ offset, guardMs }) => guardMs !== undefined && offset > past.offset);
  if (wiped) return undefined;
  if (past.line.end === undefined) return isForgotten(before, past) ? undefined : past.line;
  return isOverturned(before, past.line.end, past.offset) ? undefined : past.line;
}

/** Whether a review has opened this end since `offset`. */
export function isOverturned(before: Before, end: End, offset: number): boolean {
  return inThread(before).some(
    (past) => past.offset > offset && past.decisions.some((decision) => opens(decision, end)),
  );
}

function opens(decision: DecisionEvent, { endId }: End): boolean {
  if (decision.type !== 'offramp.conversation.reopened.v1') return false;
  return decision.data.cause === 'review' && decision.data.endIds.includes(endId);
}

/** The ends of the thread that are in force, oldest first. */
export function openEnds(before: Before): Decision<'ConversationEnded'>[] {
  const thread = inThread(before);
  const lastRisk = thread.filter(({ guardMs }) => guardMs !== undefined).at(-1)?.offset ?? -1;
  return thread.flatMap((past) => {
    if (past.offset < lastRisk) return [];
    const ends = past.decisions.filter((decision) => decision.type === 'offramp.conversation.ended.v1');
    return ends.filter(({ id, data: { endId } }) => {
      return !isOverturned(before, { endId, decisionId: id as DecisionId, endedAt: '' }, past.offset);
    });
  });
}
