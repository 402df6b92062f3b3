import fc from 'fast-check';
import { decodeStreamCursor, encodeStreamCursor } from './stream-cursor.js';

const offset = fc.integer({ min: 0, max: 2 ** 40 });
const place = fc.record({
  next: offset,
  input: fc.integer({ min: -1, max: 2 ** 40 }),
  index: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
});

it('A cursor gives back the places that it was made of', () => {
  fc.assert(
    fc.property(fc.array(place, { minLength: 1, maxLength: 12 }), (places) => {
      expect(decodeStreamCursor(encodeStreamCursor(places), places.length)).toEqual(places);
      expect(decodeStreamCursor(encodeStreamCursor(places), places.length + 1)).toBeUndefined();
    }),
  );
});

it('A text that is none is told from one', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(decodeStreamCursor(text, 2)).toBeUndefined();
    }),
  );
  for (const text of ['', '1', '1!0~0~0!0~0', '2!0~0~0!0~0~0', '1!-1~0~0!0~0~0', '1!0~0~0!zzzzzzzzzzzzzzz~0~0']) {
    expect(decodeStreamCursor(Buffer.from(text).toString('base64url'), 2)).toBeUndefined();
  }
});
