import type { Fact } from '@offramp/ladder';
import fc from 'fast-check';
import {
  afterPrefix,
  atOf,
  decodeFact,
  decodeScopePart,
  encodeFact,
  encodePart,
  factKey,
  prefixOf,
  scopePartOf,
  seriesPrefix,
  untilOf,
} from './fact-codec.js';

const KEY_BYTES_MAX = 1978;
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.constantFrom('', '\ud83d', '\udf02', '\ufffd', 'x'.repeat(250), 'x'.repeat(251)),
);
const fact = fc
  .record({
    scope: text,
    name: text,
    at: fc.maxSafeNat(),
    until: fc.option(fc.double({ noNaN: true })),
    raised: fc.boolean(),
  })
  .map(({ scope, name, at, until, raised }): Fact<'guard'> => {
    return { kind: 'guard', scope, name, at, value: { raised }, ...(until === null ? {} : { until }) };
  });

it('reads a fact as it was written', () => {
  fc.assert(
    fc.property(fact, (written) => {
      const key = factKey(written);
      expect(decodeFact(written, key, encodeFact(written))).toEqual(written);
      expect(atOf(key)).toBe(written.at);
      expect(untilOf(encodeFact(written))).toBe(written.until ?? Number.NaN);
      expect(prefixOf(key)).toEqual(seriesPrefix(written.kind, written.scope, written.name));
      expect(scopePartOf(key)).toEqual(encodePart(written.scope));
    }),
  );
});

it('keeps the versions of one thing together, in the order of their positions', () => {
  fc.assert(
    fc.property(fact, fact, (a, b) => {
      const other = { ...a, at: b.at };
      expect(Math.sign(factKey(a).compare(factKey(other)))).toBe(Math.sign(a.at - b.at));
      expect(factKey(a).compare(seriesPrefix(a.kind, a.scope, a.name))).toBe(1);
      expect(factKey(a).compare(afterPrefix(seriesPrefix(a.kind, a.scope, a.name)))).toBe(-1);
      if (a.scope === b.scope && a.name === b.name) return;
      const between = seriesPrefix(b.kind, b.scope, b.name);
      const inside = factKey(a).compare(between) > 0 && factKey(a).compare(afterPrefix(between)) < 0;
      expect(inside).toBe(false);
    }),
    {
      examples: [
        [thing('\ud83d', ''), thing('\ufffd', '')],
        [thing('\ud83d', ''), thing('\ud83e', '')],
        [thing('a', 'bc'), thing('ab', 'c')],
      ],
    },
  );
});

it('has room in a key for the longest ids there are', () => {
  const longest = { ...thing(`${'t'.repeat(64)}/${'🜂'.repeat(128)}`, '🜂'.repeat(4096)), at: Number.MAX_SAFE_INTEGER };
  const longestPlain = { ...thing('x'.repeat(250), 'y'.repeat(250)), at: Number.MAX_SAFE_INTEGER };
  for (const written of [longest, longestPlain]) expect(factKey(written).length).toBeLessThanOrEqual(KEY_BYTES_MAX);
});

it('does not take a fact for that of another thing with the same hash', () => {
  const written = thing('x'.repeat(300), 'm1');
  const bytes = encodeFact(written);
  expect(decodeFact({ ...written, scope: 'y'.repeat(300) }, factKey(written), bytes)).toBeUndefined();
  expect(decodeFact({ ...written, name: 'm2' }, factKey(written), bytes)).toBeUndefined();
});

it('names a scope by itself where it is short, by its hash where it is long', () => {
  expect(decodeScopePart(encodePart('acme/größe'))).toEqual({ hashed: false, text: 'acme/größe' });
  const { hashed, text: hash } = decodeScopePart(encodePart('x'.repeat(251)));
  expect(hashed).toBe(true);
  expect(hash).toMatch(/^[0-9a-f]{64}$/);
});

it('refuses a position that is none', () => {
  for (const at of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => factKey({ ...thing('a', ''), at })).toThrow('position');
});

function thing(scope: string, name: string): Fact<'guard'> {
  return { kind: 'guard', scope, name, at: 7, value: { raised: true } };
}
