import fc from 'fast-check';
import { OFFSET_OF_HISTORY, parsePosition, position, positionSchema } from './position.js';
import { positions } from './testing/index.js';

it('reads back what it wrote', () => {
  fc.assert(
    fc.property(positions, (text) => {
      const { partition, offset } = parsePosition(text);
      expect(position(partition, offset)).toBe(text);
      expect(positionSchema.safeParse(text).success).toBe(true);
    }),
  );
});

it('knows the offset of an imported history', () => {
  expect(positionSchema.safeParse(position(7, OFFSET_OF_HISTORY)).success).toBe(true);
  expect(String(OFFSET_OF_HISTORY)).toBe('9007199254740991');
});

it.each([
  '',
  '3',
  '3:',
  ':3',
  '03:1',
  '3:01',
  '-1:3',
  '3:-1',
  '3:1.5',
  '3: 1',
  '3:1\n',
  '3:9007199254740992',
  '1000000:1',
])('%j is no position', (text) => {
  expect(positionSchema.safeParse(text).success).toBe(false);
});
