import fc from 'fast-check';
import { sorted } from './testing/fact-store.js';
import { type History, historyArbitrary } from './testing/history/history.js';
import { type Heard, type Move, movesArbitrary, playOwners } from './testing/owners.js';
import { cases, leastOf } from './testing/property.js';

/*
 * Invariant FOLD: decisions and facts are a function of the log, whatever the batches, the crashes, the restarts and the owners
 * that overlap. All owners read and write one store, which asserts that nobody ever writes something else where something
 * is.
 */
describe('owners of a partition, over a store that they share', () => {
  it.each<[string, readonly Move['kind'][]]>([
    ['that cut the log into batches anywhere', ['commit']],
    ['that restart from any older progress, with newer facts there already', ['commit', 'restart']],
    ['that die with a part of a batch written, and overlap', ['commit', 'commit', 'restart', 'die']],
  ])('%s, say the same and leave the same facts', (_how, kinds) => {
    fc.assert(
      fc.property(historyArbitrary(), movesArbitrary(kinds), (history, moves) => {
        const { heard, differences } = comparedWith(history);
        const { store } = playOwners(history.events, moves, heard);
        expect(differences).toStrictEqual([]);
        expect(JSON.stringify(sorted(store.all()))).toBe(JSON.stringify(sorted(history.facts)));
      }),
      cases(450),
    );
  });

  it('that sweep what expired, behind all of them, say the same', () => {
    let swept = 0;
    fc.assert(
      fc.property(
        historyArbitrary({ isSlow: true }),
        movesArbitrary(['commit', 'sweep', 'die', 'restart']),
        (history, moves) => {
          const { heard, differences } = comparedWith(history);
          const played = playOwners(history.events, moves, heard);
          expect(differences).toStrictEqual([]);
          swept += played.swept;
        },
      ),
      cases(450),
    );
    expect(swept).toBeGreaterThanOrEqual(leastOf(500));
  });
});

/** Hears what owners say, and notes where it is not what one fold over the whole log said there, byte for byte. */
function comparedWith({ decisions, times }: History): { readonly heard: Heard; readonly differences: unknown[] } {
  const differences: unknown[] = [];
  const bytes = decisions.map((said) => (said.length === 0 ? '[]' : JSON.stringify(said)));
  return {
    differences,
    heard(offset, said, time) {
      const isSame = (said.length === 0 ? '[]' : JSON.stringify(said)) === bytes[offset] && time === times[offset];
      if (!isSame) differences.push({ offset, said, time, instead: decisions[offset], at: times[offset] });
    },
  };
}
