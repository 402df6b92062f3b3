import fc from 'fast-check';
import type { Fact } from './facts.js';
import { createMemoryFacts, overlay } from './memory-facts.js';
import { cases } from './testing/property.js';

const scope = 'acme/t1';

function risk(at: number, until?: number): Fact<'guard'> {
  return { kind: 'guard', scope, name: '', at, value: { raised: true }, ...(until === undefined ? {} : { until }) };
}

function stored(...facts: readonly Fact[]) {
  const memory = createMemoryFacts();
  for (const fact of facts) memory.add(fact);
  return memory;
}

/** Invariant FOLD: what is looked up for a position is what was true just before it. */
describe('facts in memory', () => {
  it('answer with the greatest position before, never with that position or a later one', () => {
    const facts = stored(risk(3), risk(7), risk(9));
    const found = (at: number) => facts.before('guard', scope, '', at)?.at;
    expect([3, 4, 7, 8, 9, 10, 99].map(found)).toStrictEqual([undefined, 3, 3, 7, 7, 9, 9]);
  });

  it('keep versions in order of position, whatever the order of writing', () => {
    const facts = stored(risk(9), risk(3), risk(7));
    expect(facts.allBefore('guard', scope, '', 9).map(({ at }) => at)).toStrictEqual([3, 7]);
    expect(facts.allBefore('guard', scope, '', 10).map(({ at }) => at)).toStrictEqual([3, 7, 9]);
  });

  it('take a fact that is written again once', () => {
    const facts = stored(risk(3), risk(3), risk(3));
    expect(facts.size).toBe(1);
    expect(facts.all()).toStrictEqual([risk(3)]);
  });

  it('tell kinds, names and scopes apart', () => {
    const end: Fact<'reopened'> = { kind: 'reopened', scope, name: 'm1', at: 1, value: {} };
    const facts = stored(end);
    expect(facts.before('reopened', scope, 'm1', 2)).toBe(end);
    expect(facts.before('reopened', scope, 'm', 2)).toBeUndefined();
    expect(facts.before('reopened', 'acme/t', 'm1', 2)).toBeUndefined();
    expect(facts.before('message', scope, 'm1', 2)).toBeUndefined();
    expect(facts.allBefore('reopened', scope, 'm', 2)).toStrictEqual([]);
  });

  it('know the scopes of which they hold something', () => {
    const facts = stored(risk(3));
    expect([facts.knows(scope), facts.knows('acme/t2')]).toStrictEqual([true, false]);
    facts.clear();
    expect([facts.knows(scope), facts.size, facts.all().length]).toStrictEqual([false, 0, 0]);
  });
});

describe('facts over facts', () => {
  it('answer with the greater position of both', () => {
    const over = overlay(stored(risk(5)), stored(risk(3), risk(8)));
    const found = (at: number) => over.before('guard', scope, '', at)?.at;
    expect([3, 4, 6, 8, 9].map(found)).toStrictEqual([undefined, 3, 5, 5, 8]);
    expect(over.allBefore('guard', scope, '', 9).map(({ at }) => at)).toStrictEqual([3, 5, 8]);
  });

  it('let what was just written speak for a position that both hold', () => {
    const over = overlay(stored(risk(5, 2)), stored(risk(5, 1)));
    expect(over.before('guard', scope, '', 6)).toStrictEqual(risk(5, 2));
    expect(over.allBefore('guard', scope, '', 6)).toStrictEqual([risk(5, 2)]);
  });

  it('know what either knows', () => {
    expect(overlay(stored(), stored(risk(1))).knows(scope)).toBe(true);
    expect(overlay(stored(risk(1)), stored()).knows(scope)).toBe(true);
    expect(overlay(stored(), stored()).knows(scope)).toBe(false);
  });

  it('answer as one store that holds all of both', () => {
    const positions = fc.uniqueArray(fc.nat(20), { maxLength: 12 });
    fc.assert(
      fc.property(positions, positions, fc.nat(22), (upper, lower, at) => {
        const over = overlay(stored(...upper.map((p) => risk(p))), stored(...lower.map((p) => risk(p))));
        const all = stored(...[...upper, ...lower].map((p) => risk(p)));
        expect(over.before('guard', scope, '', at)).toStrictEqual(all.before('guard', scope, '', at));
        expect(over.allBefore('guard', scope, '', at)).toStrictEqual(all.allBefore('guard', scope, '', at));
      }),
      cases(500),
    );
  });
});
