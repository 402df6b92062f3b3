import type { Because, Inbound } from '@offramp/events';
import { deliver, isDelivered } from './advice.js';
import { type After, continues } from './after.js';
import { endByModel, withholdFromModel } from './end.js';
import type { OpenLadder } from './ladder.js';
import { guardUntil, inherited, orClear } from './line.js';
import { type Policy, persistFor, redirectsFor } from './policy.js';
import type { Turn } from './turn.js';
import type { Parent, Step } from './step.js';

/** DESIGN §5, "Assistant message": it settles what is awaited, and may propose to end. Under an end it changes nothing. */
export function foldAssistantMessage(
  turn: Turn,
  event: Inbound<'MessagePosted'>,
  { ladder: parent, active }: Parent,
): After {
  if (parent?.stage === 'ended') return continues(parent);
  const { data } = event;
  const step: Step = { turn, messageId: data.messageId, policy: active.policy };
  const line = parent === null ? null : settleAwaited(step, inherited(parent, active), event);
  if (data.signal?.proposesEnd !== true) return continues(line);
  return proposal(step, line);
}

/** System and tool messages pass the ladder on, whatever it is. */
export function foldOtherMessage({ ladder }: Parent): After {
  return continues(ladder);
}

/** Carried out, or dropped uncounted: either way nothing is awaited any more. */
function settleAwaited(step: Step, line: OpenLadder, event: Inbound<'MessagePosted'>): OpenLadder {
  if (line.awaiting === null) return line;
  const { turn, policy } = step;
  return isDelivered(turn, line.awaiting, event.data, policy.delivery)
    ? deliver(turn, line, step)
    : { ...line, awaiting: null };
}

/** The model has a say; the rules decide whether it is granted. */
function proposal(step: Step, line: OpenLadder | null): After {
  const { turn, messageId, policy } = step;
  const due = line?.due ?? null;
  const barred = guardUntil(turn) !== undefined || policy.endBy === 'nobody';
  if (line === null || due === null || barred || !isStillDue(line, due, policy)) {
    return withholdFromModel(step, line === null ? null : orClear(line));
  }
  if (policy.modelConfirmations === 1 || line.confirming === 'model') return endByModel(step, line, due);
  const asked: OpenLadder = { ...line, confirming: 'model' };
  const verdict = 'confirm-end';
  const ladder = turn.viewOf(asked, policy);
  const decisionId = turn.say('EndConfirmationAsked', { messageId, of: 'model', verdict, ladder, policy: policy.id });
  return { ladder: asked, verdict, decisionId };
}

/** A policy that came since with `appliesTo: "all"` may ask for more than the one under which the end was permitted. */
function isStillDue(line: OpenLadder, due: Because, policy: Policy): boolean {
  return line.attempts >= redirectsFor(policy, due.category) && line.persisted >= persistFor(policy, due.category);
}
