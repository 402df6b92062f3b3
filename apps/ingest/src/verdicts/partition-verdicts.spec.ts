import { type DecisionEvent, position } from '@offramp/events';
import fc from 'fast-check';
import { type Outcome, PartitionVerdicts, type Waiting } from './partition-verdicts.js';

const decided = (offset: number, index: number): DecisionEvent =>
  ({
    type: 'offramp.redirect.advised.v1',
    id: `${offset}.${index}`,
    data: { position: position(0, offset), index },
  }) as never;
const progress = (offset: number): DecisionEvent =>
  ({ type: 'offramp.progress.reached.v1', data: { position: position(0, offset) } }) as never;

const idsOf = ({ decisions }: Outcome): string[] => decisions.map(({ id }) => id);

/**
 * One partition in which each message is announced, written and placed, and then decided and read, in any order that can
 * happen: a decision may be read before its message's writer has heard the offset, and any record may be read twice.
 */
const histories = fc.record({
  decisionsOf: fc.array(fc.nat(2), { minLength: 1, maxLength: 8 }),
  /** How many reads happen before the writer of each message hears its offset. */
  delays: fc.array(fc.nat(6), { minLength: 8, maxLength: 8 }),
  repeats: fc.array(fc.boolean(), { minLength: 40, maxLength: 40 }),
  batch: fc.integer({ min: 1, max: 4 }),
});

it('hears exactly what was decided about its own message, in any order of hearing and reading', async () => {
  await fc.assert(
    fc.asyncProperty(histories, async ({ decisionsOf, delays, repeats, batch }) => {
      const verdicts = new PartitionVerdicts();
      verdicts.isReading = true;
      const expectations = decisionsOf.map(() => verdicts.expect());
      const waiting: (Waiting | undefined)[] = decisionsOf.map(() => undefined);
      const reads = decisionsOf.flatMap((count, offset) => {
        const records = Array.from({ length: count }, (_, index) => decided(offset, index));
        const isLast = offset === decisionsOf.length - 1;
        return isLast || offset % batch === batch - 1 ? [...records, progress(offset)] : records;
      });
      const place = (read: number): void => {
        for (const [offset, expectation] of expectations.entries()) {
          if (waiting[offset] === undefined && delays[offset]! <= read) waiting[offset] = expectation.at(offset);
        }
      };
      for (const [at, record] of reads.entries()) {
        place(at);
        verdicts.take(record);
        if (repeats[at] === true) verdicts.take(record);
      }
      place(Infinity);
      const outcomes = await Promise.all(waiting.map((wait) => wait!.outcome));
      const expected = decisionsOf.map((count, offset) =>
        Array.from({ length: count }, (_, index) => `${offset}.${index}`),
      );
      expect(outcomes.map(idsOf)).toEqual(expected);
      expect(outcomes.every((outcome) => outcome.decided)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

it('takes a silence that it has not heard for no verdict', async () => {
  const verdicts = new PartitionVerdicts();
  const before = verdicts.expect();
  verdicts.isReading = true;
  verdicts.take(progress(9));
  expect(await before.at(4).outcome).toEqual({ decided: false, decisions: [], readThrough: 9 });
});

it('gives up without what is only half heard', async () => {
  const verdicts = new PartitionVerdicts();
  verdicts.isReading = true;
  const wait = verdicts.expect().at(4);
  verdicts.take(decided(4, 0));
  wait.giveUp();
  verdicts.take(progress(4));
  expect(await wait.outcome).toEqual({ decided: false, decisions: [], readThrough: undefined });
});
