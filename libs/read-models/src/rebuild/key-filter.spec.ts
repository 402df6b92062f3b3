import fc from 'fast-check';
import { keyOf, table } from '../projection/table.js';
import { createKeyFilter } from './key-filter.js';

const messages = table('messages', ['id'], { id: 'text' });
const branches = table('branches', ['id'], { id: 'text' });

it('knows every row that was added, however many more than expected there are', () => {
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 200 }), fc.nat(300), (keys, capacity) => {
      const filter = createKeyFilter(capacity);
      for (const key of keys) filter.add(messages, key);
      expect(keys.filter((key) => !filter.mayHave(messages, key))).toEqual([]);
    }),
  );
});

it('knows next to nothing else, and tells tables apart', () => {
  const count = 20_000;
  const filter = createKeyFilter(count);
  const keyAt = (at: number) => keyOf('acme', `t${at % 1000}`, `m${at}`);
  for (let at = 0; at < count; at++) filter.add(messages, keyAt(at));
  const mistaken = Array.from({ length: count }, (_, at) => at).filter(
    (at) => filter.mayHave(messages, keyAt(count + at)) || filter.mayHave(branches, keyAt(at)),
  );
  expect(mistaken.length / count).toBeLessThan(0.05);
});
