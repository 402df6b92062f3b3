import { INBOUND_TYPES } from '@offramp/events';
import { historyArbitrary } from '@offramp/ladder/testing';
import fc from 'fast-check';
import type { Database } from '../database/database.js';
import type { Entry } from '../projection/entry.js';
import { createEventProjection } from '../projection/event-projection.js';
import type { AnyRow } from '../projection/table.js';
import { createParkedThreads } from '../parked/parked-threads.js';
import { rowsIn, rowsOfOneFold } from './exactly-once.js';
import { decide } from './entries.js';
import { different, newScene } from './rebuilding.js';

/*
 * A database that refuses rows with some message ids, as it would refuse a value that nobody thought of. Their threads are parked,
 * nothing else is any different, and when the reason is gone every row is the row of one fold, as if nothing had happened.
 */

const CONSTRAINT = 'refused';
const WHO = { by: 'operator', reason: 'the table takes them now' };

export function testParking(databaseOf: () => Database, numRuns: number): void {
  it('keeps the others going, and loses nothing', async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        historyArbitrary(),
        sizes,
        fc.array(fc.nat(), { maxLength: 3 }),
        async (history, some, picks) => {
          const log = decide(history.events);
          const poisonous = poisonousIds(log, picks);
          const scene = await newScene(databaseOf(), [log]);
          await refusing(databaseOf(), poisonous, async () => {
            await projectAll(databaseOf(), log, some);
            await expectParked(databaseOf(), log, poisonous);
            expect(different(await scene.rebuilds.run(scene.source))).toEqual([]);
          });
          await scene.rebuilds.cancel();
          const parked = createParkedThreads(databaseOf());
          for (const { tenant, threadId } of await parked.list()) {
            expect(await parked.retry({ tenant, threadId, ...WHO })).toEqual({
              handled: expect.any(Number) as unknown,
            });
          }
          expect(await parked.count()).toBe(0);
          expect(await rowsIn(databaseOf())).toEqual(rowsOfOneFold([log]));
        },
      ),
      { numRuns, endOnFailure: process.env['OFFRAMP_SHRINK'] === undefined },
    );
  });
}

/** Ids of messages that are posted somewhere in the log. */
function poisonousIds(log: readonly Entry[], picks: readonly number[]): ReadonlySet<string> {
  const ids = log.flatMap(({ event }) => (event?.type === INBOUND_TYPES.MessagePosted ? [event.data.messageId] : []));
  return new Set(ids.length === 0 ? [] : picks.map((pick) => ids[pick % ids.length]!));
}

export async function refusing(database: Database, ids: ReadonlySet<string>, work: () => Promise<void>): Promise<void> {
  const list = [...ids].map((id) => `'${id.replaceAll("'", "''")}'`).join(', ');
  const check = ids.size === 0 ? 'true' : `message_id NOT IN (${list})`;
  await database.run(`ALTER TABLE offramp_v1.messages ADD CONSTRAINT ${CONSTRAINT} CHECK (${check})`);
  try {
    await work();
  } finally {
    await database.run(`ALTER TABLE offramp_v1.messages DROP CONSTRAINT ${CONSTRAINT}`);
  }
}

/** Batch after batch, each by another process. */
async function projectAll(database: Database, log: readonly Entry[], sizes: readonly number[]): Promise<void> {
  for (let from = 0, turn = 0; from < log.length; turn++) {
    const projection = createEventProjection(database, () => {});
    const { epoch, cursor } = await projection.claim(0);
    expect(cursor.inbound).toBe(from);
    const entries = log.slice(from, from + sizes[turn % sizes.length]!);
    const next = { inbound: from + entries.length, decisions: 0 };
    expect(await projection.apply({ partition: 0, epoch, from, entries, next })).toMatchObject({
      kind: 'applied',
      entries: entries.length,
      cursor: next,
    });
    from = next.inbound;
  }
}

/** Every thread with such a message is parked from it on, and no row of the others is any different. */
async function expectParked(database: Database, log: readonly Entry[], ids: ReadonlySet<string>): Promise<void> {
  const first = new Map<string, number>();
  const waiting = new Map<string, number>();
  for (const { event, offset } of log) {
    const key = `${event!.source} ${event!.subject}`;
    const isPoison = event!.type === INBOUND_TYPES.MessagePosted && ids.has(event!.data.messageId);
    if (isPoison && !first.has(key)) first.set(key, offset);
    if (first.has(key)) waiting.set(key, (waiting.get(key) ?? 0) + 1);
  }
  const parked = await createParkedThreads(database).list();
  const found = parked.map(({ tenant, threadId, position, waiting: count, cause }) => {
    expect(cause).toBe('The database refused the row: 23514 (messages refused)');
    return [`${tenant} ${threadId}`, position, count] as const;
  });
  const expected = [...first].map(([key, offset]) => [key, `0:${offset}`, waiting.get(key)!] as const);
  expect([...found].sort(byKey)).toEqual(expected.sort(byKey));
  const isOther = (row: AnyRow) => !first.has(`${row['tenant']} ${row['threadId']}`);
  // What is counted over all threads lacks those that wait; afterwards it is compared with the rest.
  const others = ({ tallies: _tallies, ...tables }: Record<string, AnyRow[]>) =>
    Object.fromEntries(Object.entries(tables).map(([name, rows]) => [name, rows.filter(isOther)]));
  expect(others(await rowsIn(database))).toEqual(others(rowsOfOneFold([log])));
}

function byKey([a]: readonly [string, ...unknown[]], [b]: readonly [string, ...unknown[]]): number {
  return a < b ? -1 : 1;
}
