import { INBOUND_TYPES, type DecisionEvent, type Inbound, type InboundEvent, type MessageId } from '@offramp/events';
import { type After, settle } from './after.js';
import { foldAssistantMessage, foldOtherMessage } from './assistant-message.js';
import type { Fact, MessageFact } from './facts.js';
import { threadScope } from './facts.js';
import { isComplete, strongestHarm, strongestRisk } from './harm.js';
import type { Ladder } from './ladder.js';
import { ladderAfter, ladderOfParent } from './line.js';
import { parsePolicy } from './policy.js';
import type { RecentIds } from './recent-ids.js';
import { foldReviewRecorded } from './review.js';
import { foldRiskCleared, foldRiskReported } from './risk.js';
import { type Scene, type Turn, createTurn } from './turn.js';
import type { Parent } from './step.js';
import { foldUserMessage } from './user-message.js';

/** What one input comes to. `stopped`: a newer program is needed to judge it; nothing after it may be handled. */
export type Folded =
  | { readonly kind: 'folded'; readonly decisions: readonly DecisionEvent[]; readonly facts: readonly Fact[] }
  | { readonly kind: 'invalid'; readonly cause: string }
  | { readonly kind: 'stopped'; readonly reason: string };

const NOTHING: Folded = { kind: 'folded', decisions: [], facts: [] };

/**
 * One step of the fold, DESIGN §5: pure, synchronous, and a function of the facts as of this position and of the input.
 * `recent` is asked only about messages without a parent id.
 */
export function fold(scene: Scene, event: InboundEvent, recent: RecentIds): Folded {
  switch (event.type) {
    case INBOUND_TYPES.MessagePosted:
      return foldMessage(scene, event, recent);
    case INBOUND_TYPES.RiskReported:
      return foldOnce(scene, event, foldRiskReported);
    case INBOUND_TYPES.RiskCleared:
      return foldOnce(scene, event, foldRiskCleared);
    case INBOUND_TYPES.ReviewRecorded:
      return foldOnce(scene, event, foldReviewRecorded);
    case INBOUND_TYPES.EndingsSuspended:
      return foldOnce(scene, event, (turn) => turn.write('endings', '', { suspended: true }));
    case INBOUND_TYPES.EndingsResumed:
      return foldOnce(scene, event, (turn) => turn.write('endings', '', { suspended: false }));
    case INBOUND_TYPES.PolicyActivated:
      return foldPolicyActivated(scene, event);
    case INBOUND_TYPES.FeedbackGiven:
    case INBOUND_TYPES.ContentErased:
      return NOTHING;
  }
}

function foldMessage(scene: Scene, event: Inbound<'MessagePosted'>, recent: RecentIds): Folded {
  const { data } = event;
  const untroubled = !scene.facts.knows(threadScope(event.source, event.subject));
  if (untroubled && isClean(scene, event)) return NOTHING;
  const turn = createTurn(scene, event);
  const known = turn.readLive('message', data.messageId);
  if (known !== undefined && turn.now < known.value.knownUntil) return repeated(turn, data.messageId, known);
  if (data.parentId === undefined && recent.has(event.id, scene.at)) return NOTHING;
  const ladder = lineOf(turn, data);
  const active = turn.policyOf(ladder);
  const after = foldUnder(turn, event, { ladder, active });
  // Risk and the guard are judged by the newest policy, whatever the line runs under.
  settle(turn, data.messageId, after, after.verdict === 'support' ? turn.newest.policy : active.policy);
  return { kind: 'folded', decisions: turn.decisions, facts: turn.written };
}

/** The end of a line outlives the memory of its messages' ids, so one that is posted once more stands under that end. */
function lineOf(turn: Turn, { messageId, parentId }: Inbound<'MessagePosted'>['data']): Ladder | null {
  const own = ladderAfter(turn, messageId);
  return own?.stage === 'ended' ? own : ladderOfParent(turn, parentId);
}

function foldUnder(turn: Turn, event: Inbound<'MessagePosted'>, parent: Parent): After {
  switch (event.data.role) {
    case 'user':
      return foldUserMessage(turn, event, parent);
    case 'assistant':
      return foldAssistantMessage(turn, event, parent);
    case 'system':
    case 'tool':
      return foldOtherMessage(parent);
  }
}

/**
 * Nearly every message: a thread that left no fact, and nothing in the message that could move its ladder. What follows
 * would come to the same; this only spares it.
 */
function isClean(scene: Scene, event: Inbound<'MessagePosted'>): boolean {
  const { data } = event;
  if (data.role !== 'user') return data.signal?.proposesEnd !== true;
  if (data.intent !== undefined || data.evidence?.intent !== undefined) return false;
  const { policy } = scene.policies.newest(event.source, event.subject, scene.at);
  if (strongestRisk(event, policy) !== undefined) return false;
  return !isComplete(data.evidence) || strongestHarm(event, policy) === undefined;
}

function repeated(turn: Turn, messageId: MessageId, first: Fact<'message'>): Folded {
  const { verdict, endId, endedAt, decisionId, policy }: MessageFact = first.value;
  turn.say('MessageRepeated', {
    messageId,
    of: `${turn.partition}:${first.at}`,
    verdict,
    ...(endId === undefined ? {} : { endId, endedAt }),
    ...(decisionId === undefined ? {} : { decisionId }),
    policy,
  });
  return { kind: 'folded', decisions: turn.decisions, facts: [] };
}

/** Events that are not messages count once, by their id. */
function foldOnce<Event extends InboundEvent>(
  scene: Scene,
  event: Event,
  handle: (turn: Turn, event: Event) => void,
): Folded {
  const turn = createTurn(scene, event);
  if (turn.readLive('event', event.id) !== undefined) return NOTHING;
  handle(turn, event);
  turn.write('event', event.id, {}, turn.now + turn.newest.policy.forgetAfterMs);
  return { kind: 'folded', decisions: turn.decisions, facts: turn.written };
}

function foldPolicyActivated(scene: Scene, event: Inbound<'PolicyActivated'>): Folded {
  const { policy: id, document, share } = event.data;
  const parsed = parsePolicy(document);
  if (parsed.kind === 'unknown-semantics') {
    return { kind: 'stopped', reason: `Policy ${id} asks for semantics ${String(parsed.semantics)}, unknown here` };
  }
  if (parsed.kind === 'invalid') return { kind: 'invalid', cause: 'invalid-policy' };
  if (parsed.policy.id !== id) return { kind: 'invalid', cause: 'policy-id-mismatch' };
  return foldOnce(scene, event, (turn) => {
    turn.write('policy', '', { id, document, share });
    turn.say('PolicyApplied', { policy: id, share });
  });
}
