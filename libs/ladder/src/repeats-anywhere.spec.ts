import { type DecisionEvent, INBOUND_TYPES, type Inbound, type InboundEvent } from '@offramp/events';
import fc from 'fast-check';
import { nameOf } from './testing/decided.js';
import { assessed } from './testing/events.js';
import { type History, historyArbitrary } from './testing/history/history.js';
import { foldWhole } from './testing/history/whole.js';
import { cases, leastOf } from './testing/property.js';

/*
 * A used id counts at most once. Feedback moves nothing, so a message may be posted once more in its place: whatever it says the
 * second time, nothing that follows may be decided otherwise.
 */
describe('posting a known message once more', () => {
  const tried = { repeated: 0, silent: 0 };

  it('changes no decision that follows', () => {
    fc.assert(
      fc.property(historyArbitrary({ feedback: 60 }), fc.nat(1000), changes, (history, pick, change) => {
        for (const offset of placesIn(history)) {
          const repeat = repeatOf(history, { offset, pick, change });
          if (repeat === undefined) continue;
          const events = history.events.map((event, at) => (at === offset ? repeat : event));
          const { decisions } = foldWhole(events);
          const [said, ...more] = decisions[offset]!;
          expect([said && nameOf(said), ...more]).toStrictEqual(['MessageRepeated']);
          expect(JSON.stringify(decisions.toSpliced(offset, 1))).toBe(
            JSON.stringify(history.decisions.toSpliced(offset, 1)),
          );
          tried.repeated++;
          return;
        }
        tried.silent++;
      }),
      cases(1700),
    );
  });

  it('was tried often', () => {
    expect(tried.repeated).toBeGreaterThanOrEqual(leastOf(500));
  });
});

/** What the platform may say otherwise the second time. */
const changes = fc.constantFrom<Partial<Inbound<'MessagePosted'>['data']>>(
  {},
  { evidence: assessed({ abuse: 1 }) },
  { evidence: assessed({}, { 'self-harm': 1 }) },
  { role: 'assistant', signal: { proposesEnd: true, redirected: true, warned: true } },
  { role: 'user', intent: 'end' },
  { parentId: null },
);

function placesIn({ events }: History): number[] {
  return events.flatMap(({ type }, offset) => (type === INBOUND_TYPES.FeedbackGiven ? [offset] : []));
}

interface Place {
  readonly offset: number;
  readonly pick: number;
  readonly change: Partial<Inbound<'MessagePosted'>['data']>;
}

/** A message from before that place which drew a decision and is not forgotten there, as it may come again. */
function repeatOf({ events, decisions, times }: History, { offset, pick, change }: Place): InboundEvent | undefined {
  const known = events.flatMap((event, at) => {
    const isKnown = at < offset && event.type === INBOUND_TYPES.MessagePosted && drew(decisions[at]!);
    return isKnown && times[offset]! - times[at]! < FORGOTTEN_MS ? [event] : [];
  });
  const first = known[pick % Math.max(1, known.length)] as Inbound<'MessagePosted'> | undefined;
  return first && { ...first, time: events[offset]!.time, data: { ...first.data, ...change } };
}

/** The shortest `forgetAfter` of the generator: two hours. */
const FORGOTTEN_MS = 2 * 3600 * 1000;

function drew(decisions: readonly DecisionEvent[]): boolean {
  return decisions.some((decision) => nameOf(decision) !== 'MessageRepeated');
}
