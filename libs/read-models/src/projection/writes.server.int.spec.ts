/* @requires postgres */
import { message } from '@offramp/ladder/testing';
import type { Database } from '../database/database.js';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { allProjections, tablesOf } from '../projections/all.js';
import { decisions } from '../projections/decisions-table.js';
import { messages } from '../projections/messages-table.js';
import { type TestPlace, empty, serverPlace } from '../testing/databases.js';
import { told } from '../testing/entries.js';
import { foldOf } from '../testing/memory-fold.js';
import { comparable, storedRows } from '../testing/stored-rows.js';
import { acme } from '../testing/story.js';
import type { Applied, Entry } from './entry.js';
import { createEventProjection } from './event-projection.js';
import { columnArrays, loadSql, upsertSql } from './statements.js';

let at: TestPlace<{ url: string }>;
let opened: OpenDatabase;
beforeAll(async () => {
  at = await serverPlace();
  // One connection: what it has counted is told after its own flush.
  opened = await openDatabase({ ...at.place, connections: 1 });
});
beforeEach(() => empty(opened.database));
afterAll(async () => {
  await opened.close();
  await at.remove();
});

async function project(batches: readonly (readonly Entry[])[], database = opened.database): Promise<Applied[]> {
  const events = createEventProjection(database, () => {});
  const { epoch } = await events.claim(0);
  const applied: Applied[] = [];
  for (const entries of batches) {
    const inbound = entries.at(-1)!.offset + 1;
    const batch = { partition: 0, epoch, from: entries[0]!.offset, entries, next: { inbound, decisions: inbound } };
    applied.push(await events.apply(batch));
  }
  return applied;
}

it('A row that is there before anybody wrote it is replaced, and parks no thread', async () => {
  const entries = acme();
  const expected = foldOf(entries).rows.changed(decisions);
  // Nothing reads a decision before it is written: the projector takes it for a new one.
  const stale = { ...expected[0]!, type: 'Stale' };
  await opened.database.run(upsertSql(decisions), columnArrays(decisions, [stale]));
  const [applied] = await project([entries]);
  expect(applied).toEqual({ kind: 'applied', entries: entries.length, cursor: expect.anything() as unknown });
  expect(await storedRows(opened.database, decisions)).toEqual(comparable(decisions, expected));
});

it('A message is not asked for until one comes again that is not in memory; then it is found, and so are the next ones', async () => {
  const entries = told(
    message('a'),
    message('b'),
    message('c'),
    message('d'),
    message('a'),
    message('e'),
    message('b'),
  );
  // Whoever takes the partition over has nothing in memory.
  await project([entries.slice(0, 3)]);
  const asked: string[] = [];
  const noting: Database = {
    ...opened.database,
    raw: (sql, parameters) => {
      if (sql === loadSql(messages)) asked.push(String(parameters?.at(-1)));
      return opened.database.raw(sql, parameters);
    },
  };
  await project([entries.slice(3, 4), entries.slice(4, 5), entries.slice(5)], noting);
  // The one that the next message follows is asked for at once. The batch that failed asks again.
  expect(asked).toEqual(['{c}', '{a,d}', '{e,b}']);
  for (const table of tablesOf(allProjections(0))) {
    expect(await storedRows(opened.database, table)).toEqual(comparable(table, foldOf(entries).rows.changed(table)));
  }
});

/** Updates of these tables since the beginning, and how many of them had to go to another page. */
async function updatesCounted(): Promise<{ relname: string; updates: number; elsewhere: number }[]> {
  await opened.database.run('SELECT pg_stat_force_next_flush()');
  return opened.database.query(`
    SELECT relname, n_tup_upd::int AS updates, (n_tup_upd - n_tup_hot_upd)::int AS elsewhere
    FROM pg_stat_user_tables WHERE schemaname = 'offramp_v1' AND relname IN ('threads', 'branches') ORDER BY relname`);
}

it('Every row of a page finds room on it when one batch changes them all, so that no index is touched', async () => {
  const before = await updatesCounted();
  const [threads, turns] = [120, 4];
  const entries = told(
    ...Array.from({ length: threads * turns }, (_, i) =>
      message(`m${Math.floor(i / threads)}`, { thread: `t${i % threads}` }),
    ),
  );
  await project(Array.from({ length: turns }, (_, turn) => entries.slice(turn * threads, (turn + 1) * threads)));
  const counted = (await updatesCounted()).map(({ relname, updates, elsewhere }, at) => ({
    relname,
    updates: updates - before[at]!.updates,
    elsewhere: elsewhere - before[at]!.elsewhere,
  }));
  const updates = threads * (turns - 1);
  expect(counted).toEqual([
    { relname: 'branches', updates, elsewhere: 0 },
    { relname: 'threads', updates, elsewhere: 0 },
  ]);
});
