import { normalise } from './normalise.js';

const BYTES = 2 ** 20;

/**
 * A message may be 1 MiB long, and while one is looked at the whole process waits. What grows faster than the text takes
 * minutes here, and then the test runner's own time is over.
 */
it.each([
  ['one long word', 'a'],
  ['one long word of another script', 'а'],
  ['one long word with marks on its letters', 'e\u0301'],
  ['letters that look alike', 'aа'],
  ['single letters', 'a '],
  ['single letters between signs', 'a.b-c_d*'],
  ['stars in words', 'f*ck '],
  ['one word of stars', '*'],
  ['signs that stand for letters', '@a'],
  ['digits in one word', '1a'],
  ['quotes', "'"],
  ['contractions', "don't "],
  ['blanks', ' '],
  ['line ends', '\n'],
  ['dashes', ' - '],
  ['letters that are written out as many', '\ufdfa'],
  ['pictures', '🙂'],
])('takes a text of the greatest length in its stride: %s', async (_name, piece) => {
  const text = piece.repeat(Math.floor(BYTES / Buffer.byteLength(piece)));
  expect(normalise(text)).toMatch(/^ \. ?/);
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
});

it('reads letters that look Latin as Latin inside of a word that has Latin ones, and of no other word', () => {
  expect(normalise('y\u043eu \u0430re 1d\u0456ot')).toBe(normalise('you are 1diot'));
  expect(normalise('\u0430\u0435 \u043e')).toBe(normalise(''));
});
