import type { DecisionId, MessageId, Verdict } from '@offramp/events';
import type { EndedLadder, Ladder } from './ladder.js';
import type { Policy } from './policy.js';
import type { Turn } from './turn.js';

/** What a message comes to: the line after it, the verdict, and the decision that the verdict rests on. */
export interface After {
  readonly ladder: Ladder | null;
  readonly verdict: Verdict;
  readonly decisionId?: DecisionId;
  /** Where the verdict is end or refuse. */
  readonly end?: EndedLadder;
}

/** Nothing to say: the line goes on as it is. */
export function continues(ladder: Ladder | null): After {
  return { ladder, verdict: 'continue' };
}

/**
 * Stores what the message left behind. A message that drew no decision and left a clear line leaves nothing, which is what
 * keeps state in proportion to trouble. `policy` is the one that judged.
 */
export function settle(turn: Turn, messageId: MessageId, after: After, policy: Policy): void {
  const until = turn.now + policy.forgetAfterMs;
  const first = after.decisionId ?? (turn.decisions[0]?.id as DecisionId | undefined);
  if (first !== undefined || after.ladder !== null) {
    const { ladder, verdict, end } = after;
    const value = {
      ladder,
      verdict,
      ...(first === undefined ? {} : { decisionId: first }),
      ...(end === undefined ? {} : { endId: end.endId, endedAt: end.endedAt }),
      policy: policy.id,
      knownUntil: until,
    };
    turn.write('message', messageId, value, ladder?.stage === 'ended' ? undefined : until);
  }
  followLatest(turn, messageId, after.ladder, until);
}

/** The latest message matters only to messages without a parent id, and only while its line is not clear. */
function followLatest(turn: Turn, messageId: MessageId, ladder: Ladder | null, until: number): void {
  if (ladder === null) {
    if (turn.readLive('latest')?.value.messageId != null) turn.write('latest', '', { messageId: null }, until);
    return;
  }
  turn.write('latest', '', { messageId }, ladder.stage === 'ended' ? undefined : until);
}
