import { type InboundEvent, decisionsCodec, inboundCodec } from '@offramp/events';
import fc from 'fast-check';
import { createMemoryFacts } from './memory-facts.js';
import { createPartitionFold } from './partition-fold.js';
import { createRecentIds } from './recent-ids.js';
import { historyArbitrary } from './testing/history/history.js';
import { deepFreeze, foldWhole } from './testing/history/whole.js';
import { cases } from './testing/property.js';

/** Invariant DETERMINISM: the same log gives the same bytes, whoever reads it, whenever. */
it('says the same again, byte for byte, of inputs and facts that it cannot change', () => {
  fc.assert(
    fc.property(historyArbitrary(), (history) => {
      const again = foldWhole(history.events.map(deepFreeze));
      expect(JSON.stringify(again)).toBe(
        JSON.stringify({ decisions: history.decisions, times: history.times, facts: history.facts }),
      );
    }),
    cases(600),
  );
});

it('says the same of inputs as they come from the log, in bytes that the contract allows', () => {
  fc.assert(
    fc.property(historyArbitrary(), (history) => {
      const read = history.events.map((event) => inboundCodec.decode(inboundCodec.encode(event)));
      const events = read.map((decoded) => (decoded.kind === 'event' ? decoded.event : decoded) as InboundEvent);
      const again = foldWhole(events)
        .decisions.flat()
        .map((decision) => decisionsCodec.encode(decision).toString());
      expect(again).toStrictEqual(
        history.decisions.flat().map((decision) => decisionsCodec.encode(decision).toString()),
      );
    }),
    cases(400),
  );
});

describe('a record that cannot be handled', () => {
  const fold = () =>
    createPartitionFold({
      partition: 3,
      facts: createMemoryFacts(),
      recent: createRecentIds(),
      time: 1_767_225_600_000,
    });

  it('is quarantined by its position and cause, for nobody, at partition time', () => {
    expect(fold().quarantine(41, 'not-json')).toStrictEqual({
      kind: 'decided',
      decisions: [
        {
          specversion: '1.0',
          // printf 'offramp//3%3A41//offramp.record.quarantined.v1/0' | sha256sum | cut -c1-32
          id: '4d466aef15c0360c29efe6caabd7dd8f',
          source: 'offramp',
          subject: '',
          type: 'offramp.record.quarantined.v1',
          time: '2026-01-01T00:00:00.000Z',
          data: { position: '3:41', index: 0, cause: 'not-json' },
        },
      ],
    });
  });

  it('leaves no fact, and does not move time', () => {
    const folding = fold();
    folding.quarantine(41, 'not-json');
    expect([folding.unstored, folding.time]).toStrictEqual([[], 1_767_225_600_000]);
  });
});

describe('progress', () => {
  it('names the position up to which everything is decided, and partition time there', () => {
    const fold = createPartitionFold({
      partition: 3,
      facts: createMemoryFacts(),
      recent: createRecentIds(),
      time: 1_767_225_600_000,
    });
    expect(fold.progress(41)).toMatchObject({
      source: 'offramp',
      subject: '',
      type: 'offramp.progress.reached.v1',
      time: '2026-01-01T00:00:00.000Z',
      data: { position: '3:41', time: '2026-01-01T00:00:00.000Z' },
    });
  });
});
