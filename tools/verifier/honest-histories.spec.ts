import { historyArbitrary } from '@offramp/ladder/testing';
import fc from 'fast-check';
import { checkLog } from './check-log.mjs';
import { decide } from './testing/decided-history.js';

/*
 * The verifier against the real decider, over random histories: policies that change, risk, reviews, repeats, lost parents.
 * A verifier that cries out here has misunderstood a rule; that it can cry out at all is shown in tampered-histories.spec.ts.
 */

const RECENT = 12;

it('finds nothing in what the decider says', () => {
  fc.assert(
    fc.property(historyArbitrary(), fc.integer({ min: 1, max: 9 }), ({ events }, batch) => {
      const history = decide(events, { batch, recentPositions: RECENT });
      expect(checkLog([history], { recentPositions: RECENT }).violations).toEqual([]);
    }),
    { numRuns: 300 },
  );
});
