import { csvOf, rowObjects, tableOf } from './sql-output.js';

const answer = {
  columns: ['name', 'count', 'count', 'data'],
  rows: [
    ['a', 1, 20, { x: [1] }],
    ['=1+1, "so"', 300, null, null],
    ['two\nlines \u001b', -1.5, 2, 'x'.repeat(100)],
  ],
  truncated: false,
};

it('A table has its columns one under the other, numbers to the right, and no control characters', () => {
  expect([...tableOf(answer)]).toEqual([
    'name         count  count  data',
    `-----------  -----  -----  ${'-'.repeat(80)}`,
    'a                1     20  {"x":[1]}',
    '=1+1, "so"     300',
    `two\ufffdlines \ufffd   -1.5      2  ${'x'.repeat(79)}…`,
    '(3 rows)',
  ]);
});

it('CSV has quotes where it needs them, and nothing that a spreadsheet runs', () => {
  expect([...csvOf(answer)]).toEqual([
    'name,count,count,data',
    'a,1,20,"{""x"":[1]}"',
    `"'=1+1, ""so""",300,,`,
    `"two\nlines \u001b",-1.5,2,${'x'.repeat(100)}`,
  ]);
});

it('Objects have every value, also where two columns have the same name', () => {
  expect(rowObjects(answer)[0]).toEqual({ name: 'a', count: 1, count_3: 20, data: { x: [1] } });
});
