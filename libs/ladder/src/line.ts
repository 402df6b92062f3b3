import type { Fact } from './facts.js';
import type { Ladder, OpenLadder } from './ladder.js';
import type { ActivePolicy } from './policies.js';
import type { Turn } from './turn.js';

/*
 * Invariants GUARD and FINAL. What a message inherits is the value stored at its parent, read through three comparisons:
 * whether a risk was seen since, whether the end was overturned since, and whether it was forgotten. No value is ever
 * changed in place, so siblings cannot leak into each other and any order of arrival gives the same reading.
 */

/** The ladder after a message of this thread, as of this turn; null: clear, unknown, expired or wiped. */
export function ladderAfter(turn: Turn, messageId: string): Ladder | null {
  const fact = turn.readLive('message', messageId);
  if (fact === undefined || fact.value.ladder === null) return null;
  if (fact.at < wipedBefore(turn)) return null;
  const { ladder } = fact.value;
  return ladder.stage === 'ended' && isReopened(turn, ladder.endId, ladder.at) ? null : ladder;
}

/** The ladder that a message starts from. An absent parent follows the latest message; an unknown one counts as clear. */
export function ladderOfParent(turn: Turn, parentId: string | null | undefined): Ladder | null {
  if (parentId === null) return null;
  const id = parentId ?? turn.readLive('latest')?.value.messageId ?? null;
  return id === null ? null : ladderAfter(turn, id);
}

/** Every ladder value from before this offset reads as clear: the latest risk of the thread. */
export function wipedBefore(turn: Turn): number {
  return turn.read('risk')?.at ?? -1;
}

/** The lines of the thread that are ended now, in the order in which they ended. */
export function endedLines(turn: Turn): readonly Fact<'end'>[] {
  const wiped = wipedBefore(turn);
  return turn.readAll('end').filter((end) => end.at >= wiped && !isReopened(turn, end.value.endId, end.at));
}

/** The guard's expiry in ms, where it is up. */
export function guardUntil(turn: Turn): number | undefined {
  const fact = turn.readLive('guard');
  return fact?.value.raised === true ? fact.until : undefined;
}

/** A ladder that has just left clear, under the policy that will go with it. */
function freshLadder(active: ActivePolicy): OpenLadder {
  return {
    stage: 'clear',
    attempts: 0,
    of: active.policy.redirects,
    awaiting: null,
    persisted: 0,
    calm: 0,
    confirming: null,
    due: null,
    policy: { id: active.policy.id, at: active.at },
    climb: { redirects: [], harmful: [] },
  };
}

/** The line of the parent, under the policy that holds for it now. */
export function inherited(parent: OpenLadder | null, active: ActivePolicy): OpenLadder {
  if (parent === null || parent.stage === 'clear') {
    return { ...freshLadder(active), confirming: parent?.confirming ?? null };
  }
  return { ...parent, policy: { id: active.policy.id, at: active.at } };
}

/** null where nothing of the ladder differs from clear: only trouble is stored. */
export function orClear(ladder: OpenLadder): OpenLadder | null {
  return ladder.stage === 'clear' && ladder.confirming === null ? null : ladder;
}

function isReopened(turn: Turn, endId: string, endedAt: number): boolean {
  return (turn.read('reopened', endId)?.at ?? -1) > endedAt;
}
