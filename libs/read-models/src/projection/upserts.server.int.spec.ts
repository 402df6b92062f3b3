/* @requires postgres */
import { message } from '@offramp/ladder/testing';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { decisions } from '../projections/decisions-table.js';
import { type TestPlace, empty, serverPlace } from '../testing/databases.js';
import { told } from '../testing/entries.js';
import { foldOf } from '../testing/memory-fold.js';
import { comparable, storedRows } from '../testing/stored-rows.js';
import { acme } from '../testing/story.js';
import type { Applied, Entry } from './entry.js';
import { createEventProjection } from './event-projection.js';
import { columnArrays, upsertSql } from './statements.js';

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

async function project(batches: readonly (readonly Entry[])[]): Promise<Applied[]> {
  const events = createEventProjection(opened.database, () => {});
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

it('Every row of a page finds room on it when one batch changes them all, so that no index is touched', async () => {
  const [threads, turns] = [120, 4];
  const entries = told(
    ...Array.from({ length: threads * turns }, (_, i) =>
      message(`m${Math.floor(i / threads)}`, { thread: `t${i % threads}` }),
    ),
  );
  await project(Array.from({ length: turns }, (_, turn) => entries.slice(turn * threads, (turn + 1) * threads)));
  await opened.database.run('SELECT pg_stat_force_next_flush()');
  const counted = await opened.database.query<{ relname: string; updates: number; elsewhere: number }>(`
    SELECT relname, n_tup_upd::int AS updates, (n_tup_upd - n_tup_hot_upd)::int AS elsewhere
    FROM pg_stat_user_tables WHERE schemaname = 'offramp_v1' AND relname IN ('threads', 'branches') ORDER BY relname`);
  const updates = threads * (turns - 1);
  expect(counted).toEqual([
    { relname: 'branches', updates, elsewhere: 0 },
    { relname: 'threads', updates, elsewhere: 0 },
  ]);
});
