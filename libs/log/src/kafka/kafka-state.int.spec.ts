/** The decider's state over facts.v1: whose progress counts, and what a local store is worth. @requires kafka */
import { copyFile, readdir, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { TOPICS } from '@offramp/events';
import type { Fact } from '@offramp/ladder';
import { records } from '../contract/harness.js';
import type { DeciderCommit, EventLog } from '../event-log.js';
import { type TemporaryKafkaLog, openTemporaryKafkaLog } from '../testing/temporary-kafka-log.js';
import { openKafkaLog } from './kafka-log.js';

const SCOPE = 'acme/t1';
let temporary: TemporaryKafkaLog;
const others: EventLog[] = [];

beforeEach(async () => {
  temporary = await openTemporaryKafkaLog({ partitions: 1 });
});
afterEach(async () => {
  for (const other of others.splice(0)) await other.close();
  await temporary.destroy();
});

/** Another process, with a disk of its own. */
async function openOther(name: string): Promise<EventLog> {
  const other = await openKafkaLog({ ...temporary.options, dataDir: join(temporary.options.dataDir, name) });
  others.push(other);
  return other;
}

async function factsIn(log: EventLog): Promise<number[]> {
  const state = await log.openState(0);
  const found = state.facts.allBefore('guard', SCOPE, '', Number.MAX_SAFE_INTEGER).map(({ at }) => at);
  await state.close();
  return found;
}

it('goes on after the greatest progress of all owners, whoever wrote last', async () => {
  const [newer, stale] = [await openOther('newer'), await openOther('stale')];
  const [ahead, behind] = [await newer.openState(0), await stale.openState(0)];
  await ahead.commit(commitOf(5, [guard(5)]));
  await ahead.close();
  await behind.commit(commitOf(3, [guard(3)]));
  await behind.close();
  for (const log of [newer, stale, await openOther('third')]) {
    const state = await log.openState(0);
    expect(state.progress).toEqual({ offset: 5, time: 5000 });
    await state.close();
  }
});

it('does not go on after what the local store alone has seen', async () => {
  const first = await openOther('first');
  const state = await first.openState(0);
  await state.commit(commitOf(5, [guard(5)]));
  await state.close();
  // facts.v1 is another one now: the old one's file is put where the new one's belongs.
  const again = await openTemporaryKafkaLog({ partitions: 1 });
  try {
    const [file] = await readdir(join(temporary.options.dataDir, 'first'));
    const name = `${encodeURIComponent(`${again.options.topicPrefix}${TOPICS.facts}`)}-0.mdb`;
    await copyFile(join(temporary.options.dataDir, 'first', file!), join(again.options.dataDir, name));
    const other = await again.log.openState(0);
    expect(other.progress).toBeUndefined();
    expect(other.facts.knows(SCOPE)).toBe(false);
  } finally {
    await again.destroy();
  }
});

it('reads what another owner wrote between its own records', async () => {
  const [one, two] = [await openOther('one'), await openOther('two')];
  const [first, second] = [await one.openState(0), await two.openState(0)];
  await first.commit(commitOf(1, [guard(1)]));
  // A sweep finds nothing to do, but has written what was committed.
  await first.sweep(0, 0, 1);
  await second.commit(commitOf(2, [guard(2)]));
  await second.close();
  await first.commit(commitOf(3, [guard(3)]));
  await first.close();
  expect(await factsIn(one)).toEqual([1, 2, 3]);
});

it('has the same facts with a local store, without one, and with one that is broken', async () => {
  const log = await openOther('own');
  const state = await log.openState(0);
  const many = Array.from({ length: 3000 }, (_, at) => guard(at, at % 2 === 0 ? SCOPE : `acme/${at}`));
  await state.commit(commitOf(3000, many));
  await state.close();
  const expected = many.filter(({ scope }) => scope === SCOPE).map(({ at }) => at);
  expect(await factsIn(log)).toEqual(expected);
  const dir = join(temporary.options.dataDir, 'own');
  const file = join(
    dir,
    (await readdir(dir)).find((name) => name.endsWith('.mdb'))!,
  );
  const breakings = [
    () => writeFile(file, 'no store at all'),
    () => writeFile(file, Buffer.alloc(1 << 20, 7)),
    async () => truncate(file, (await stat(file)).size >> 1),
    () => truncate(file, 0),
  ];
  for (const breaks of breakings) {
    await breaks();
    expect(await factsIn(log)).toEqual(expected);
  }
  expect(await factsIn(await openOther('without'))).toEqual(expected);
});

it('forgets for everybody what was swept', async () => {
  const log = await openOther('own');
  const state = await log.openState(0);
  await state.commit(commitOf(9, [guard(1, SCOPE, 10), guard(2, SCOPE, 10), guard(3, SCOPE)]));
  expect(await state.sweep(10, 9, 100)).toBe(2);
  await state.close();
  expect(await factsIn(log)).toEqual([3]);
  expect(await factsIn(await openOther('without'))).toEqual([3]);
});

it('writes its facts before their progress, and both at most once a second', async () => {
  const state = await temporary.log.openState(0);
  const began = performance.now();
  for (let offset = 0; offset < 60; offset++) await state.commit(commitOf(offset, [guard(offset)]));
  await state.close();
  const checkpointsMax = (performance.now() - began) / 1000 + 2;
  const { records: written } = await temporary.log.read(TOPICS.facts, 0, 0, { maxRecords: 10_000 });
  const kinds = written.map(({ value }) => value.toString().startsWith('{"offset"'));
  expect(kinds.filter((isProgress) => !isProgress).length).toBe(60);
  expect(kinds.filter((isProgress) => isProgress).length).toBeLessThanOrEqual(checkpointsMax);
  for (const [index, { value }] of written.entries()) {
    if (!kinds[index]) continue;
    const { offset } = JSON.parse(value.toString()) as { offset: number };
    // One fact each: those up to the progress stand before it.
    expect(kinds.slice(0, index).filter((isProgress) => !isProgress).length).toBeGreaterThanOrEqual(offset + 1);
  }
});

function guard(at: number, scope = SCOPE, until?: number): Fact<'guard'> {
  const fact: Fact<'guard'> = { kind: 'guard', scope, name: '', at, value: { raised: true } };
  return until === undefined ? fact : { ...fact, until };
}

function commitOf(offset: number, facts: readonly Fact[], decisions: readonly string[] = []): DeciderCommit {
  return { decisions: records(...decisions), facts, progress: { offset, time: offset * 1000 } };
}
