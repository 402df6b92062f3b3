import { INBOUND_TYPES, type InboundEvent } from '@offramp/events';
import { historyArbitrary } from '@offramp/ladder/testing';
import fc from 'fast-check';
import type { Entry } from '../projection/entry.js';
import { type RowOf, keyOf } from '../projection/table.js';
import { decide } from '../testing/entries.js';
import { type MemoryFold, createMemoryFold } from '../testing/memory-fold.js';
import { decisions } from './decisions-table.js';
import { messages } from './messages-table.js';
import { threads } from './threads-table.js';

/** Invariant VIEW where only what the decider spoke about is projected: fewer rows, and nothing else is said of what is there. */
it('holds the threads that gave trouble, and says of them what the whole says', () => {
  fc.assert(
    fc.property(historyArbitrary(), ({ events }) => {
      const entries = decide(eachOnce(events));
      const whole = foldOf(entries, 'all');
      const part = foldOf(entries, 'decisions');
      expect(part.rows.changed(decisions)).toEqual(whole.rows.changed(decisions));
      const spokenOf = new Set(entries.flatMap(interesting));
      const there = part.rows.changed(threads) as RowOf<typeof threads>[];
      expect(new Set(there.map(({ tenant, threadId }) => keyOf(tenant, threadId)))).toEqual(spokenOf);
      for (const thread of there) {
        expect(said(thread)).toEqual(said(whole.rows.get(threads, thread.tenant, thread.threadId)!));
      }
    }),
    { numRuns: 300 },
  );
});

it('takes every message of a thread from the first one on that the decider spoke about, and none of the others', () => {
  fc.assert(
    fc.property(historyArbitrary(), ({ events }) => {
      const entries = decide(events);
      const since = new Map<string, number>();
      for (const entry of entries) {
        for (const thread of interesting(entry)) since.set(thread, since.get(thread) ?? entry.offset);
      }
      const whole = foldOf(entries, 'all').rows.changed(messages) as RowOf<typeof messages>[];
      const part = foldOf(entries, 'decisions').rows.changed(messages) as RowOf<typeof messages>[];
      const expected = whole.filter((message) => {
        const first = since.get(keyOf(message.tenant, message.threadId)) ?? Infinity;
        return message.postedOffset >= first;
      });
      expect(part.map(({ messageId }) => messageId)).toEqual(expected.map(({ messageId }) => messageId));
    }),
    { numRuns: 300 },
  );
});

/** An id that is posted again stays where it was first, which may have been left out. */
function eachOnce(events: readonly InboundEvent[]): InboundEvent[] {
  const ids = new Set<string>();
  return events.filter(({ id }) => ids.size < ids.add(id).size);
}

/** The thread of an entry that makes a row of it. */
function interesting({ event, decisions: of }: Entry): string[] {
  if (event === null || event.subject === '') return [];
  const isSilent = event.type === INBOUND_TYPES.MessagePosted && of.length === 0;
  return isSilent ? [] : [keyOf(event.source, event.subject)];
}

/** What does not depend on the messages that are left out. */
function said({
  stage,
  redirecting,
  warned,
  ended,
  reopened,
  guardUntil,
  policy,
  feedbackUp,
  feedbackDown,
}: RowOf<typeof threads>) {
  return { stage, redirecting, warned, ended, reopened, guardUntil, policy, feedbackUp, feedbackDown };
}

function foldOf(entries: readonly Entry[], scope: 'all' | 'decisions'): MemoryFold {
  const fold = createMemoryFold(0, scope);
  for (const entry of entries) fold.handle(entry);
  return fold;
}
