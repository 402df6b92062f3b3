import { INBOUND_TYPES } from '@offramp/events';
import { threadScope } from '@offramp/ladder';
import { historyArbitrary } from '@offramp/ladder/testing';
import fc from 'fast-check';
import { type RowOf, keyOf } from '../projection/table.js';
import { decide } from '../testing/entries.js';
import { createMemoryFold } from '../testing/memory-fold.js';
import { messages } from './messages-table.js';

describe('A line as the read models see it', () => {
  it('stands after every message where the decider left it', () => {
    fc.assert(
      fc.property(historyArbitrary(), ({ events }) => {
        const { entries, facts } = decide(events);
        const fold = createMemoryFold();
        for (const entry of entries) {
          fold.handle(entry);
          const { event, offset, decisions } = entry;
          if (event?.type !== INBOUND_TYPES.MessagePosted) continue;
          const row = fold.rows.get(messages, keyOf(event.source, event.subject, event.data.messageId))!;
          const fact = facts.before(
            'message',
            threadScope(event.source, event.subject),
            event.data.messageId,
            offset + 1,
          );
          if (fact?.at === offset) expect(standingOf(row)).toEqual(standingIn(fact.value.ladder));
          else if (decisions.length === 0 && row.logOffset === offset) expect(standingOf(row)).toEqual(CLEAR);
        }
      }),
      { numRuns: Number(process.env['OFFRAMP_RUNS'] ?? 300) },
    );
  });
});

const CLEAR = { stage: 'clear', attempts: 0, endId: null };

function standingOf({ stage, attempts, endId }: RowOf<typeof messages>) {
  return { stage, attempts, endId };
}

function standingIn(ladder: { stage: string; attempts: number; endId?: string } | null) {
  return ladder === null ? CLEAR : { stage: ladder.stage, attempts: ladder.attempts, endId: ladder.endId ?? null };
}
