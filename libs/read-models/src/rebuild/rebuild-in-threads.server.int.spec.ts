/* @requires postgres */
import { historyArbitrary, message } from '@offramp/ladder/testing';
import fc from 'fast-check';
import { ReadModelsError } from '../database/failure.js';
import type { Entry } from '../projection/entry.js';
import { serverPlace } from '../testing/databases.js';
import { decide, ofOthers, told } from '../testing/entries.js';
import { type Scene, different, newScene } from '../testing/rebuilding.js';
import { newGate, openGate, sourceInThread } from '../testing/source-in-thread.js';
import { testDatabase } from '../testing/test-database.js';

/** Every partition that has anything left is filled in a thread, in several steps. */
const SMALL = { stepEntries: 3, rowsKept: 2, threadEntries: 1 };

const test = testDatabase(serverPlace);

/** Both partitions are projected to their end. */
async function projected(logs: readonly (readonly Entry[])[]): Promise<Scene> {
  const scene = await newScene(test.database, logs, { sizes: SMALL, url: test.place.url });
  for (const partition of logs.keys()) await scene.project(partition, Infinity);
  return scene;
}

function twoLogs(length: number): Entry[][] {
  const here = told(...Array.from({ length }, (_, i) => message(`m${i}`, { thread: `t${i % 3}` })));
  const there = ofOthers(here.map(({ event }) => event!));
  return [here, decide(there, { partition: 1 })];
}

async function foldedIn(rebuilds: Scene['rebuilds']): Promise<number> {
  return (await rebuilds.status()).events ?? 0;
}

it('A rebuild in threads is equal to what was projected, and to itself after a swap and a rollback', async () => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary(), historyArbitrary(), async (here, there) => {
      const logs = [decide(here.events), decide(ofOthers(there.events), { partition: 1 })];
      const { rebuilds } = await projected(logs);
      const source = sourceInThread(logs);
      expect(different(await rebuilds.run(source))).toEqual([]);
      await rebuilds.swap(source);
      await rebuilds.rollback(source);
      expect(different(await rebuilds.run(source))).toEqual([]);
    }),
    { numRuns: 4, endOnFailure: process.env['OFFRAMP_SHRINK'] === undefined },
  );
});

it('A thread that fails ends the rebuild with what it said, and another one goes on after its last step', async () => {
  const logs = twoLogs(40);
  const { rebuilds } = await projected(logs);
  await expect(rebuilds.run(sourceInThread(logs, { after: 3, kind: 'fails' }))).rejects.toThrow('The broker is gone');
  // Three pieces of seven entries, in steps of no less than three.
  const events = await foldedIn(rebuilds);
  expect(events).toBeGreaterThanOrEqual(14);
  expect(events).toBeLessThan(80);
  expect(different(await rebuilds.run(sourceInThread(logs)))).toEqual([]);
  expect(await rebuilds.status()).toMatchObject({ state: 'compared', events: 80 });
});

it.each([
  ['throws', 'Nobody expected that'],
  ['ends', 'A thread of the rebuild ended by itself'],
] as const)('A thread that breaks (it %s) ends the rebuild, and what was done stays', async (kind, why) => {
  const logs = twoLogs(40);
  const { rebuilds } = await projected(logs);
  const failure: unknown = await rebuilds
    .run(sourceInThread(logs, { after: 3, kind }))
    .catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(ReadModelsError);
  expect((failure as Error).message).toBe(why);
  expect(different(await rebuilds.run(sourceInThread(logs)))).toEqual([]);
});

it('A thread that cannot begin says why', async () => {
  const logs = twoLogs(5);
  const { rebuilds } = await projected(logs);
  const source = { ...sourceInThread(logs), opener: { module: 'file:///nowhere.js', given: {} } };
  await expect(rebuilds.run(source)).rejects.toThrow(/nowhere\.js/);
});

it('A signal ends the threads after their present steps', async () => {
  const logs = twoLogs(40);
  const { rebuilds } = await projected(logs);
  const stopping = new AbortController();
  const gate = newGate();
  const running = rebuilds.run(sourceInThread(logs, { after: 3, kind: 'waits', gate }), { signal: stopping.signal });
  // Both threads wait, when all that they had read is written: three pieces of seven entries each.
  while ((await foldedIn(rebuilds)) < 42);
  stopping.abort();
  openGate(gate);
  expect(await running).toEqual({ kind: 'interrupted', why: 'stopped' });
  expect(await foldedIn(rebuilds)).toBe(42);
  expect(different(await rebuilds.run(sourceInThread(logs)))).toEqual([]);
});
