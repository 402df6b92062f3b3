import fc from 'fast-check';
import { parseCsv } from '../testing/parse-csv.js';
import { csvHead, csvLine } from '@offramp/read-models';

const cell = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'",\r\n=+-@\t\'a') }));
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;

it('can be read as RFC 4180, and gives back every text', () => {
  const rows = fc.array(fc.record({ a: cell, b: cell, c: cell }), { maxLength: 5 });
  fc.assert(
    fc.property(rows, (given) => {
      const text = csvHead(['a', 'b', 'c']) + given.map((row) => csvLine(['a', 'b', 'c'], row)).join('');
      const [head, ...lines] = parseCsv(text);
      expect(head).toEqual(['a', 'b', 'c']);
      const wanted = given.map(({ a, b, c }) => [a, b, c].map((value) => (FORMULA.test(value) ? `'${value}` : value)));
      expect(lines).toEqual(wanted);
    }),
  );
});

it('has no cell that a spreadsheet would run', () => {
  fc.assert(
    fc.property(fc.constantFrom(...'=+-@\t\r\n＝＋－＠'), cell, (first, rest) => {
      const [[read]] = parseCsv(csvLine(['a'], { a: first + rest })) as [[string]];
      expect(read).toBe(`'${first}${rest}`);
    }),
  );
});

it('has numbers, flags and objects as JSON, and nothing for what is not there', () => {
  const row = { n: -1.5, flag: false, object: { a: ['x', 1] }, nothing: null, further: 1 };
  expect(csvLine(['n', 'flag', 'object', 'nothing', 'missing'], row)).toBe('-1.5,false,"{""a"":[""x"",1]}",,\r\n');
});
