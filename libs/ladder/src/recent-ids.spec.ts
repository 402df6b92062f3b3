import fc from 'fast-check';
import { RECENT_POSITIONS, createRecentIds } from './recent-ids.js';
import { cases } from './testing/property.js';

describe('recent ids', () => {
  it('reach 65,536 positions back', () => {
    expect(RECENT_POSITIONS).toBe(65_536);
    const recent = createRecentIds();
    recent.record('a', 0);
    expect(recent.has('a', 65_536)).toBe(true);
    expect(recent.has('a', 65_537)).toBe(false);
  });

  it('do not know an id at its own position, nor before', () => {
    const recent = createRecentIds(4);
    recent.record('a', 5);
    expect([4, 5, 6, 9, 10].map((at) => recent.has('a', at))).toStrictEqual([false, false, true, true, false]);
  });

  it('know an id as of its last position', () => {
    const recent = createRecentIds(4);
    recent.record('a', 0);
    recent.record('a', 3);
    recent.record('b', 4);
    expect([recent.has('a', 7), recent.has('a', 8), recent.has('b', 8)]).toStrictEqual([true, false, true]);
  });

  it('answer as a list of everything does, over gaps, too', () => {
    const records = fc.array(
      fc.record({ id: fc.constantFrom('a', 'b', 'c', 'd'), gap: fc.integer({ min: 1, max: 4 }) }),
    );
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), records, (positions, recorded) => {
        const recent = createRecentIds(positions);
        const all: { id: string; at: number }[] = [];
        let at = 0;
        for (const { id, gap } of recorded) {
          at += gap;
          const stands = all.some((earlier) => earlier.id === id && earlier.at >= at - positions);
          expect(recent.has(id, at)).toBe(stands);
          recent.record(id, at);
          all.push({ id, at });
        }
      }),
      cases(500),
    );
  });
});
