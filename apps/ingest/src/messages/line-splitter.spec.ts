import fc from 'fast-check';
import { LineSplitter, type Line } from './line-splitter.js';

function split(chunks: readonly Buffer[], lineBytesMax = 100): Line[] {
  const splitter = new LineSplitter(lineBytesMax);
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

const brief = (lines: readonly Line[]): unknown[] =>
  lines.map((line) => (line.kind === 'line' ? [line.number, line.text] : [line.number, line.kind]));

it('cuts at newlines, and counts lines that are blank without giving them', () => {
  expect(brief(split([Buffer.from('a\r\n\n \t\nb\nhalf')]))).toEqual([
    [1, 'a\r'],
    [4, 'b'],
    [5, 'half'],
  ]);
  expect(split([])).toEqual([]);
  expect(split([Buffer.from('\n')])).toEqual([]);
});

it('lets a line go that is too long, and goes on after it', () => {
  const chunks = [Buffer.from(`ok\n${'x'.repeat(8)}`), Buffer.from('y'.repeat(8)), Buffer.from('z\nok again\n')];
  expect(brief(split(chunks, 10))).toEqual([
    [1, 'ok'],
    [2, 'too-long'],
    [3, 'ok again'],
  ]);
});

it('says which line is not UTF-8', () => {
  const chunk = Buffer.concat([Buffer.from('ä\n'), Buffer.from([0xff, 0x0a]), Buffer.from('ü')]);
  expect(brief(split([chunk]))).toEqual([
    [1, 'ä'],
    [2, 'not-utf8'],
    [3, 'ü'],
  ]);
});

it('leaves out the mark of byte order at the beginning, and no other', () => {
  expect(brief(split([Buffer.from('\ufeffa\n\ufeffb')]))).toEqual([
    [1, 'a'],
    [2, '\ufeffb'],
  ]);
  expect(split([Buffer.from('\ufeff\n')])).toEqual([]);
});

it('gives the same lines wherever the chunks are cut, also within a character', () => {
  const texts = fc.array(
    fc.string({ unit: fc.constantFrom('a', 'ä', '🙂', '\ufeff', '\n', ' ', '\r'), maxLength: 30 }),
  );
  fc.assert(
    fc.property(texts, fc.array(fc.nat(60)), (parts, cuts) => {
      const whole = Buffer.from(parts.join('\n'));
      const ends = [...new Set(cuts.filter((cut) => cut <= whole.length))].sort((a, b) => a - b);
      const chunks = [...ends, whole.length].map((end, at) => whole.subarray(at === 0 ? 0 : ends[at - 1], end));
      expect(split(chunks, 20)).toEqual(split([whole], 20));
    }),
  );
});
