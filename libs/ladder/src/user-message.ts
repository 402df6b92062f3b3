import type { Because, Inbound, MessageId } from '@offramp/events';
import { type After, continues } from './after.js';
import { advise, adviseAgain, withHarmful } from './advice.js';
import { endByPolicy, endByUser } from './end.js';
import { isComplete, strongestHarm, strongestRisk } from './harm.js';
import type { EndedLadder, OpenLadder } from './ladder.js';
import { guardUntil, inherited, orClear } from './line.js';
import { persistFor, redirectsFor } from './policy.js';
import { riskInMessage } from './risk.js';
import type { Parent, Step } from './step.js';
import { isoTime } from './time.js';
import type { Turn } from './turn.js';

/*
 * Invariants LAST-RESORT, GUARD and FAIL-SAFE. The cases of DESIGN §5, "User message", are tried in order and the first that
 * fits speaks. Risk is looked at before anything that could count against its author, also under an ended line.
 */

export function foldUserMessage(
  turn: Turn,
  event: Inbound<'MessagePosted'>,
  { ladder: parent, active }: Parent,
): After {
  const { messageId, evidence } = event.data;
  const risk = strongestRisk(event, turn.newest.policy);
  if (risk !== undefined) return riskInMessage(turn, messageId, risk);
  if (parent?.stage === 'ended') return refuse(turn, messageId, parent);

  const line = inherited(parent, active);
  const step: Step = { turn, messageId, policy: active.policy };
  const intent = event.data.intent ?? evidence?.intent;
  if (intent === 'confirm-end' && line.confirming === 'user') return endByUser(step, line);
  const harm = strongestHarm(event, active.policy);
  if (harm !== undefined) return harmful(step, line, harm);

  const milder: OpenLadder = { ...line, due: null, confirming: null };
  if (intent !== undefined) return askToConfirm(step, milder);
  if (!isComplete(evidence)) return continues(orClear(milder));
  if (milder.awaiting !== null) return adviseAgain(step, milder);
  return constructive(step, milder);
}

function refuse(turn: Turn, messageId: MessageId, end: EndedLadder): After {
  const { endId, endedAt, decisionId } = end;
  turn.say('MessageRefused', { messageId, verdict: 'refuse', endId, endedAt, decisionId, policy: end.policy.id });
  return { ladder: end, verdict: 'refuse', decisionId, end };
}

function harmful(step: Step, before: OpenLadder, because: Because): After {
  const { turn, policy } = step;
  if (guardUntil(turn) !== undefined) return supportWhileGuarded(step, because);
  const confirming = before.confirming === 'model' ? 'model' : null;
  // The end is permitted only right after the harmful turn that made it due: one that asks for more patience takes it back.
  const line: OpenLadder = { ...before, calm: 0, due: null, confirming };
  if (line.awaiting !== null) return adviseAgain(step, line);
  const counted: OpenLadder = { ...line, of: redirectsFor(policy, because.category) };
  if (counted.attempts < counted.of) return advise(step, counted, { what: 'redirect', because });
  if (counted.stage !== 'warned') return advise(step, counted, { what: 'warning', because });
  return persists(step, counted, because);
}

/** Warned, the warning delivered, and abused again. */
function persists(step: Step, line: OpenLadder, because: Because): After {
  const { turn, policy, messageId } = step;
  const climb = { ...line.climb, harmful: withHarmful(line.climb.harmful, messageId) };
  const after: OpenLadder = { ...line, persisted: line.persisted + 1, climb };
  if (after.persisted < persistFor(policy, because.category)) return advise(step, after, { what: 'redirect', because });
  if (policy.endBy === 'pipeline') return endByPolicy(step, after, because);
  const ladder = turn.viewOf(after, policy);
  if (policy.endBy === 'nobody') {
    const verdict = 'redirect';
    const decisionId = turn.say('EndWithheld', {
      messageId,
      cause: 'observe',
      verdict,
      because,
      ladder,
      policy: policy.id,
    });
    return { ladder: after, verdict, decisionId };
  }
  const verdict = 'end-allowed';
  const decisionId = turn.say('EndPermitted', { messageId, verdict, because, ladder, policy: policy.id });
  return { ladder: { ...after, due: because }, verdict, decisionId };
}

/** While the guard is up nothing counts, nothing is warned, nothing ends, and no line is anything but clear. */
function supportWhileGuarded({ turn, messageId }: Step, because: Because): After {
  const { policy } = turn.newest;
  const verdict = 'support';
  const decisionId = turn.say('SupportAdvised', {
    messageId,
    verdict,
    because,
    ...guardExpiry(turn),
    ladder: turn.viewOf(null, policy),
    policy: policy.id,
  });
  return { ladder: null, verdict, decisionId };
}

/** An intent to end that has not been asked back yet. */
function askToConfirm({ turn, messageId, policy }: Step, line: OpenLadder): After {
  if (guardUntil(turn) !== undefined) {
    const verdict = 'support';
    const ladder = turn.viewOf(orClear(line), policy);
    const withheld = { messageId, cause: 'guard', verdict, ...guardExpiry(turn), ladder, policy: policy.id } as const;
    return { ladder: orClear(line), verdict, decisionId: turn.say('EndWithheld', withheld) };
  }
  const verdict = 'confirm-end';
  const asked: OpenLadder = { ...line, confirming: 'user' };
  const ladder = turn.viewOf(asked, policy);
  const decisionId = turn.say('EndConfirmationAsked', { messageId, of: 'user', verdict, ladder, policy: policy.id });
  return { ladder: asked, verdict, decisionId };
}

function constructive({ turn, messageId, policy }: Step, line: OpenLadder): After {
  if (line.stage === 'clear') return continues(null);
  const calm = line.calm + 1;
  if (calm < policy.calmTurns) return continues({ ...line, calm });
  turn.say('LadderReset', { messageId, ladder: turn.viewOf(null, policy), policy: policy.id });
  return continues(null);
}

function guardExpiry(turn: Turn): { until?: string } {
  const until = guardUntil(turn);
  return until === undefined ? {} : { until: isoTime(until) };
}
