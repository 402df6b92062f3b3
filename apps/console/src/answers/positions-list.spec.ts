import { formatPositions, parsePositions } from './positions-list.js';

it('names every partition, with -1 where nothing was read yet, and can be read back', () => {
  const text = formatPositions(
    new Map([
      [0, 41],
      [2, 0],
    ]),
    3,
  );
  expect(text).toBe('0:41,1:-1,2:0');
  expect(parsePositions(text, 3)).toEqual(
    new Map([
      [0, 41],
      [1, -1],
      [2, 0],
    ]),
  );
});

it('takes the greatest offset of a partition that is named twice', () => {
  expect(parsePositions('1:7,1:3,0:2', 2)).toEqual(
    new Map([
      [1, 7],
      [0, 2],
    ]),
  );
});

it.each([
  '',
  'x',
  '1',
  '1:',
  ':1',
  '0:1,',
  '0:-2',
  '0:01',
  '0:1e3',
  '0: 1',
  '0:99999999999999999',
  "0:1'--",
  '0:1;1:1',
])('refuses %j', (text) => expect(parsePositions(text, 2)).toContain('It is a position'));

it('refuses a partition that there is not', () => {
  expect(parsePositions('2:0', 2)).toBe('There is no such partition; there are 2, counted from 0');
});
