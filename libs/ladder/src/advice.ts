import { type Because, type DecisionId, type Verdict, parsePosition } from '@offramp/events';
import type { After } from './after.js';
import type { Awaiting, OpenLadder } from './ladder.js';
import type { Policy } from './policy.js';
import type { Turn } from './turn.js';
import type { Step } from './step.js';

/*
 * Invariant LAST-RESORT. Advice is what the pipeline says should be done; an attempt is what was done. Only an answer that
 * was written with the advice known turns the one into the other, and only attempts are counted.
 */

interface NewAdvice {
  readonly what: Awaiting['what'];
  readonly because: Because;
}

const VERDICT_OF = { redirect: 'redirect', warning: 'warn' } as const satisfies Record<Awaiting['what'], Verdict>;
const ADVICE_OF = { redirect: 'RedirectAdvised', warning: 'WarningAdvised' } as const;

/** More harmful messages than this are not listed in a path: the first ones and the last one stay. */
const HARMFUL_LISTED_MAX = 64;

export function advise(step: Step, before: OpenLadder, advice: NewAdvice): After {
  const { turn, messageId, policy } = step;
  const { what, because } = advice;
  const stage = before.stage === 'clear' ? 'redirecting' : before.stage;
  const line: OpenLadder = { ...before, stage, awaiting: { what, since: turn.at, because } };
  const verdict = VERDICT_OF[what];
  const ladder = turn.viewOf(line, policy);
  const decisionId = turn.say(ADVICE_OF[what], { messageId, verdict, because, ladder, policy: policy.id });
  return { ladder: countedAtOnce(step, line), verdict, decisionId };
}

/** The advice was not answered yet, so it is given again and nothing counts. */
export function adviseAgain(step: Step, line: OpenLadder): After {
  const { turn, messageId, policy } = step;
  const awaiting = line.awaiting!;
  const verdict = VERDICT_OF[awaiting.what];
  const decisionId = turn.say(ADVICE_OF[awaiting.what], {
    messageId,
    verdict,
    because: awaiting.because,
    again: true,
    ladder: turn.viewOf(line, policy),
    policy: policy.id,
  });
  return { ladder: countedAtOnce(step, line), verdict, decisionId };
}

/** A platform that streams user messages only has nobody who answers here: the advice itself counts. */
function countedAtOnce({ turn, messageId, policy }: Step, line: OpenLadder): OpenLadder {
  return policy.delivery === 'assumed' ? deliver(turn, line, { messageId, policy }) : line;
}

/** What an answer says of what it did. */
export interface Answer {
  readonly seen?: string | undefined;
  readonly signal?: { readonly redirected?: boolean | undefined; readonly warned?: boolean | undefined } | undefined;
}

/** Whether this answer carried out the advice that is awaited, by the rule of the policy. */
export function isDelivered(turn: Turn, awaiting: Awaiting, answer: Answer, delivery: Policy['delivery']): boolean {
  switch (delivery) {
    case 'assumed':
      return true;
    case 'reported':
      return (awaiting.what === 'redirect' ? answer.signal?.redirected : answer.signal?.warned) === true;
    case 'reply': {
      if (answer.seen === undefined) return false;
      const { partition, offset } = parsePosition(answer.seen);
      return partition === turn.partition && offset >= awaiting.since;
    }
  }
}

/** The awaited advice was carried out: a redirect has its number now, a warning stands. */
export function deliver(
  turn: Turn,
  line: OpenLadder,
  by: { messageId: Because['messageId']; policy: Policy },
): OpenLadder {
  const { what, because } = line.awaiting!;
  const { messageId, policy } = by;
  const harmful = withHarmful(line.climb.harmful, because.messageId);
  const settled: OpenLadder = { ...line, awaiting: null };
  if (what === 'redirect') {
    const attempt = line.attempts + 1;
    const after: OpenLadder = { ...settled, attempts: attempt };
    const ladder = turn.viewOf(after, policy);
    const said = { messageId, attempt, of: line.of, because, ladder, policy: policy.id };
    const redirect = turn.say('RedirectAttempted', said);
    return { ...after, climb: { ...line.climb, harmful, redirects: [...line.climb.redirects, redirect] } };
  }
  const after: OpenLadder = { ...settled, stage: 'warned', persisted: 0 };
  const ladder = turn.viewOf(after, policy);
  const warning: DecisionId = turn.say('WarningIssued', { messageId, because, ladder, policy: policy.id });
  return { ...after, climb: { ...line.climb, harmful, warning } };
}

/** The harmful messages that counted, each once. */
export function withHarmful(
  harmful: readonly Because['messageId'][],
  messageId: Because['messageId'],
): readonly Because['messageId'][] {
  if (harmful.at(-1) === messageId) return harmful;
  return [...harmful.slice(0, HARMFUL_LISTED_MAX - 1), messageId];
}
