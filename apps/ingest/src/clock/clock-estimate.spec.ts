import fc from 'fast-check';
import { certainlyAhead, estimateBefore, estimateBetween } from './clock-estimate.js';

/** Clocks are `ahead` of the true time, and true time is what `moment` counts from `START`. */
const START = 1_800_000_000_000;
const clock = fc.integer({ min: -200_000, max: 200_000 });
const duration = fc.integer({ min: 0, max: 5000 });

it('never blames a clock for more than it is off, and blames it for all but the time that the look took', () => {
  fc.assert(
    fc.property(clock, clock, duration, duration, (own, other, before, after) => {
      const stamped = START + before + other;
      const ownAt = (moment: number) => ({ time: START + moment + own, moment });
      const latest = before + after;
      const estimate = estimateBetween(stamped, { earliest: 0, latest }, ownAt(latest));
      const ahead = certainlyAhead(estimate, ownAt(latest + 60_000))!;
      const truth = own - other;
      expect(Math.sign(ahead) === 0 || Math.sign(ahead) === Math.sign(truth)).toBe(true);
      expect(Math.abs(ahead)).toBeLessThanOrEqual(Math.abs(truth));
      expect(Math.abs(ahead)).toBeGreaterThanOrEqual(Math.abs(truth) - latest);
    }),
  );
});

it('learns from what was under way for an unknown time only that the clock is behind', () => {
  const own = { time: START, moment: 500 };
  expect(certainlyAhead(estimateBefore(START - 3_600_000, own), own)).toBe(0);
  expect(certainlyAhead(estimateBefore(START + 60_000, own), own)).toBe(-60_000);
});

it('forgets what it knew where the clock was set, or the machine has slept', () => {
  const own = { time: START, moment: 500 };
  const estimate = estimateBetween(START + 60_000, { earliest: 400, latest: 500 }, own);
  expect(certainlyAhead(estimate, { time: START + 1000, moment: 1500 })).toBe(-60_000);
  expect(certainlyAhead(estimate, { time: START + 61_000, moment: 1500 })).toBeUndefined();
});
