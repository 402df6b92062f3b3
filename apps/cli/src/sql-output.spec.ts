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

it('A table keeps its columns under each other where characters are wide, or take no room', () => {
  const rows = [
    ['日本語', 1],
    ['\u{1F600} é', 2],
    ['e\u0301', 3],
    ['a\u202eb', 4],
    ['語'.repeat(50), 5],
  ];
  expect([...tableOf({ columns: ['name', 'n'], rows, truncated: false })]).toEqual([
    `name${' '.repeat(75)}  n`,
    `${'-'.repeat(79)}  -`,
    `日本語${' '.repeat(73)}  1`,
    `\u{1F600} é${' '.repeat(75)}  2`,
    `e\u0301${' '.repeat(78)}  3`,
    `a\ufffdb${' '.repeat(76)}  4`,
    `${'語'.repeat(39)}…  5`,
    '(5 rows)',
  ]);
});
