import { type Because, type Inbound, type MessageId, REOPENED_MAX } from '@offramp/events';
import type { After } from './after.js';
import { endedLines, guardUntil } from './line.js';
import { isoTime } from './time.js';
import type { Turn } from './turn.js';

/*
 * Invariant GUARD. Every sign of risk, early or late, wipes the slate: one fact, and every ladder value of the thread from
 * before its position reads as clear. Nothing is searched for and rewritten, so no order of arrival can leave one behind.
 */

export function riskInMessage(turn: Turn, messageId: MessageId, because: Because): After {
  const ended = endedLines(turn);
  const { policy } = turn.newest;
  const wasUp = guardUntil(turn) !== undefined;
  const until = isoTime(raiseGuard(turn));
  const verdict = 'support';
  const decisionId = wasUp
    ? turn.say('SupportAdvised', {
        messageId,
        verdict,
        because,
        until,
        ladder: turn.viewOf(null, policy),
        policy: policy.id,
      })
    : turn.say('GuardRaised', { messageId, kind: because.category, verdict, because, until, policy: policy.id });
  reopen(turn, { endIds: ended.map((end) => end.value.endId), cause: 'risk', messageId });
  return { ladder: null, verdict, decisionId };
}

export function foldRiskReported(turn: Turn, event: Inbound<'RiskReported'>): void {
  const { kind, messageId } = event.data;
  const ended = endedLines(turn);
  const wasUp = guardUntil(turn) !== undefined;
  const until = isoTime(raiseGuard(turn));
  const policy = turn.newest.policy.id;
  turn.say(wasUp ? 'GuardExtended' : 'GuardRaised', { ...given({ messageId, kind }), until, policy });
  reopen(turn, { endIds: ended.map((end) => end.value.endId), cause: 'risk', messageId });
}

/** Expiry says nothing, since `until` is known; being lowered is said. The lines stay clear either way. */
export function foldRiskCleared(turn: Turn, event: Inbound<'RiskCleared'>): void {
  if (guardUntil(turn) === undefined) return;
  const { kind, messageId } = event.data;
  turn.write('guard', '', { raised: false });
  turn.say('GuardCleared', { ...given({ messageId, kind }), policy: turn.newest.policy.id });
}

export interface Reopening {
  readonly endIds: readonly MessageId[];
  readonly cause: 'risk' | 'review';
  readonly messageId?: MessageId | undefined;
}

/** Names the lines that are open again, a bounded number in each event. */
export function reopen(turn: Turn, { endIds, cause, messageId }: Reopening): void {
  for (let from = 0; from < endIds.length; from += REOPENED_MAX) {
    const some = endIds.slice(from, from + REOPENED_MAX);
    turn.say('ConversationReopened', { ...given({ messageId }), endIds: some, cause, policy: turn.newest.policy.id });
  }
}

/** Raises the guard or moves its expiry on, never back; returns the expiry in ms. */
function raiseGuard(turn: Turn): number {
  const until = Math.max(guardUntil(turn) ?? 0, turn.now + turn.newest.policy.guardMs);
  turn.write('risk', '', {});
  turn.write('guard', '', { raised: true }, until);
  return until;
}

/** Leaves absent fields out, so that they are absent in the bytes as well. */
function given<Fields extends object>(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Fields;
}
