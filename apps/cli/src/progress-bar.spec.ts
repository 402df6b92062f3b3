import { barOf, progressBar } from './progress-bar.js';
import type { Terminal } from './terminal.js';

const STEP = { done: 12_500, of: 100_000, words: '12,500 of 100,000 events, 43,210/s, 2 s left' };

it.each<[number, string]>([
  [100, `███░░░░░░░░░░░░░░░░░░░░░  12 %  ${STEP.words}`],
  [60, `█░░░░░░  12 %  ${STEP.words}`],
  [58, `█░░░░  12 %  ${STEP.words}`],
  [57, `12 %  ${STEP.words}`],
  [20, '12 %  12,500 of 10…'],
  [2, '…'],
])('fits into %i columns', (columns, text) => {
  expect(barOf(STEP, columns)).toBe(text);
  expect(text.length).toBeLessThan(columns);
});

it('is full at the end and not beyond it, and is words alone where nobody knows the end', () => {
  expect(barOf({ done: 9, of: 8, words: 'comparing' }, 80)).toBe(`${'█'.repeat(24)} 100 %  comparing`);
  expect(barOf({ done: 9, words: '9 threads' }, 80)).toBe('9 threads');
  expect(barOf({ done: 0, of: 0, words: 'nothing there' }, 10)).toBe('nothing …');
});

describe('On a terminal it', () => {
  let drawn: string[];
  const terminal = (changes: Partial<Terminal> = {}) =>
    ({ redraw: (text: string) => void drawn.push(text), interactive: true, columns: 80, ...changes }) as Terminal;
  beforeEach(() => {
    drawn = [];
  });

  it('is drawn ten times a second at most, and leaves nothing behind', () => {
    let now = 0;
    const bar = progressBar(terminal(), () => now);
    for (; now < 1000; now += 10) bar.show({ done: now, of: 1000, words: '' });
    bar.clear();
    expect(drawn).toHaveLength(11);
    expect(drawn.slice(-2)).toEqual([expect.stringContaining(' 90 %'), '']);
  });

  it('is as wide as the window is then', () => {
    const window = { ...terminal(), columns: 100 };
    const bar = progressBar(window, () => drawn.length * 1000);
    bar.show(STEP);
    window.columns = 20;
    bar.show(STEP);
    expect(drawn.map(({ length }) => length)).toEqual([76, 19]);
  });

  it('is not drawn at all where nobody looks', () => {
    const bar = progressBar(terminal({ interactive: false }));
    bar.show(STEP);
    bar.clear();
    expect(drawn).toEqual([]);
  });
});
