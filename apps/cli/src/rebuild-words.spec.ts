import type { RebuildProgress } from './rebuild-desk.js';
import { comparisonOf, consequenceOf, progressOf } from './rebuild-words.js';

const FILLING: RebuildProgress = {
  state: 'filling',
  outdated: [],
  running: true,
  events: 12_345,
  left: 87_655,
  rate: 43_210,
};

it.each<[string, RebuildProgress]>([
  ['12,345 of 100,000 events, 43,210/s, 2 s left', { ...FILLING, etaMs: 1_001 }],
  ['12,345 of 100,000 events, 43,210/s, 1 min 1 s left', { ...FILLING, etaMs: 60_500 }],
  ['12,345 of 100,000 events, 43,210/s, 2 h 5 min left', { ...FILLING, etaMs: 7_500_000 }],
  ['0 of 5 events', { ...FILLING, events: 0, left: 5, rate: null, etaMs: null }],
  ['12,345 of 12,345 events, 43,210/s, comparing', { ...FILLING, left: 0, etaMs: 0 }],
  ['Paused at 12,345 of 100,000 events, 43,210/s.', { ...FILLING, state: 'paused', running: false, etaMs: null }],
  ['Nobody works on it here: 12,345 of 100,000 events, 43,210/s.', { ...FILLING, running: false, etaMs: null }],
  ['No rebuild is under way.', { state: 'none', outdated: [], running: false }],
  [
    'No rebuild is under way. Run it.',
    { state: 'none', outdated: ['threads', 'ends'], needed: 'Run it.', running: false },
  ],
])('says "%s"', (words, progress) => {
  expect(progressOf(progress)).toBe(words);
});

it('gives a line for each table, and one for each row that differs', () => {
  const side = { rows: 1234, checksum: '00000000000000ab' };
  const differing = [{ key: { tenant: 'acme', thread_id: 't1' }, in: 'live' as const }];
  const tables = [{ table: 'threads', live: side, rebuilt: { ...side, rows: 1233 }, equal: false, differing }];
  expect(comparisonOf({ state: 'compared', outdated: [], running: false, tables })).toEqual([
    'threads     live        1,234 rows 00000000000000ab  rebuilt        1,233 rows 00000000000000ab  DIFFERS',
    '    only live: tenant=acme thread_id=t1',
  ]);
});

describe('What a change would do', () => {
  const at = (state: RebuildProgress['state'], more: Partial<RebuildProgress> = {}): RebuildProgress => ({
    ...FILLING,
    state,
    ...more,
  });

  it.each<[Parameters<typeof consequenceOf>[0], RebuildProgress, RegExp]>([
    ['pause', at('filling'), /ends after the present step/],
    ['cancel', at('paused'), /rebuilt tables are dropped, with what was folded of 12,345 events/],
    ['cancel', at('swapped'), /from before the swap are dropped, and with them the way back/],
    ['rollback', at('swapped'), /become the live ones again/],
    ['swap', at('compared', { equal: true }), /\(they are equal\)/],
  ])('is said of %s', (what, progress, words) => {
    expect(consequenceOf(what, progress)).toMatch(words);
  });

  it('names the tables that differ', () => {
    const side = { rows: 1, checksum: '0' };
    const tables = (['ends', 'guards', 'threads'] as const).map((table) => {
      return { table, live: side, rebuilt: side, equal: table === 'guards', differing: [] };
    });
    expect(consequenceOf('swap', at('compared', { equal: false, tables }))).toContain('(they differ in ends, threads)');
  });

  it.each<[Parameters<typeof consequenceOf>[0], RebuildProgress['state'][]]>([
    ['pause', ['none', 'paused', 'compared', 'swapped']],
    ['swap', ['none', 'filling', 'paused', 'swapped']],
    ['rollback', ['none', 'filling', 'paused', 'compared']],
    ['cancel', ['none']],
  ])('is nothing where %s does not fit', (what, states) => {
    for (const state of states) expect([state, consequenceOf(what, at(state))]).toEqual([state, undefined]);
  });
});
