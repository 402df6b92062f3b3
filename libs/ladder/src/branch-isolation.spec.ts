import { type DecisionEvent, INBOUND_TYPES, type InboundEvent, messageEventId } from '@offramp/events';
import fc from 'fast-check';
import { eventOf } from './testing/events.js';
import { type History, historyArbitrary } from './testing/history/history.js';
import { foldWhole } from './testing/history/whole.js';
import { cases, leastOf } from './testing/property.js';

/*
 * Siblings do not leak into each other: whatever is posted on one branch, another one hears the same decisions. A branch is
 * taken out by putting something that moves nothing at each of its positions, so that even ids have to stay the same.
 */
describe('taking a branch out', () => {
  let taken = 0;

  it('changes no decision about any other line', () => {
    // A message without parent follows whatever was latest, on whichever branch.
    const arbitrary = historyArbitrary({ treesOnly: true });
    fc.assert(
      fc.property(arbitrary, fc.nat(1000), (history, pick) => {
        const branch = branchOf(history, pick);
        if (branch.size === 0) return;
        const isTaken = (event: InboundEvent) => isOn(event, branch);
        fc.pre(!history.events.some((event, offset) => isTaken(event) && speaksOfMore(history.decisions[offset]!)));
        const rest = history.events.map((event, offset) => (isTaken(event) ? nothingAt(event, offset) : event));
        const { decisions } = foldWhole(rest);
        for (const [offset, event] of history.events.entries()) {
          if (isTaken(event)) continue;
          const said = withoutEndsOf(decisions[offset]!, branch);
          const before = withoutEndsOf(history.decisions[offset]!, branch);
          // The comparison that explains itself is a hundred times slower, so it comes only where they differ.
          if (JSON.stringify(said) !== JSON.stringify(before))
            expect({ offset, said }).toStrictEqual({ offset, said: before });
        }
        taken++;
      }),
      cases(1000),
    );
  });

  it('was tried with many branches', () => {
    expect(taken).toBeGreaterThanOrEqual(leastOf(500));
  });
});

type Branch = ReadonlySet<string>;

/** A message of the history and all that was ever posted under it, by event id. */
function branchOf({ events }: History, pick: number): Branch {
  const messages = events.filter((event) => event.type === INBOUND_TYPES.MessagePosted);
  const root = messages[pick % Math.max(1, messages.length)];
  const branch = new Set<string>();
  if (root === undefined) return branch;
  branch.add(root.id);
  // Until nothing is added: a message may be posted before its parent.
  for (let size = 0; size !== branch.size;) {
    size = branch.size;
    for (const { id, source, subject, data } of messages) {
      const parent = messages.find((other) => {
        return other.source === source && other.subject === subject && other.data.messageId === data.parentId;
      });
      if (parent !== undefined && branch.has(parent.id)) branch.add(id);
    }
  }
  return branch;
}

function isOn(event: InboundEvent, branch: Branch): boolean {
  return event.type === INBOUND_TYPES.MessagePosted && branch.has(event.id);
}

/** A sign of risk in the branch is heard by the whole thread. */
function speaksOfMore(decisions: readonly DecisionEvent[]): boolean {
  return decisions.some(({ data }) => 'verdict' in data && data.verdict === 'support');
}

function nothingAt({ source, subject, time }: InboundEvent, offset: number): InboundEvent {
  const at = { tenant: source, thread: subject, time, id: `nothing-${offset}` };
  return eventOf('FeedbackGiven', at, { rating: 'up', hasComment: false });
}

/** A risk elsewhere in the thread opens the ends of the branch, too, where there are any. */
function withoutEndsOf(decisions: readonly DecisionEvent[], branch: Branch): readonly unknown[] {
  return decisions.flatMap((decision): unknown[] => {
    if (decision.type !== 'offramp.conversation.reopened.v1') return [decision];
    const { source, subject, data } = decision;
    const endIds = data.endIds.filter((id) => !branch.has(messageEventId(source, subject, id)));
    return endIds.length === 0 ? [] : [{ ...decision, data: { ...data, endIds } }];
  });
}
