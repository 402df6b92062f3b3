import { INBOUND_TYPES } from '@offramp/events';
import { activated, harmful, message, policyDocument } from '@offramp/ladder/testing';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import type { Entry } from '../projection/entry.js';
import { type TestPlace, embeddedPlace } from '../testing/databases.js';
import { told } from '../testing/entries.js';
import { rowsIn, rowsOfOneFold } from '../testing/exactly-once.js';
import { refusing } from '../testing/parking.js';
import { type Scene, newScene } from '../testing/rebuilding.js';
import { acme } from '../testing/story.js';
import { type ParkedThreads, createParkedThreads } from './parked-threads.js';
import { PARKED_MAX } from './parking.js';

const CANARY = 'canary-of-somebody';
const HEATED = { tenant: 'acme', threadId: 'heated' };
const BY = { ...HEATED, by: 'operator', reason: 'looked at it' };

let at: TestPlace<{ dataDir: string }>;
let opened: OpenDatabase;
let parked: ParkedThreads;

beforeAll(async () => {
  at = await embeddedPlace();
  opened = await openDatabase(at.place);
  parked = createParkedThreads(opened.database);
});
beforeEach(() => opened.database.run('DELETE FROM offramp_v1.parked_actions'));
afterAll(async () => {
  await opened.close();
  await at.remove();
});

/** As no version of the program has written it: its data is a text, and a projection fails at it. */
function broken(log: readonly Entry[], messageId: string): Entry[] {
  return log.map((entry) => {
    const { event } = entry;
    const isIt = event?.subject === 'heated' && event.type === INBOUND_TYPES.MessagePosted;
    return isIt && event.data.messageId === messageId
      ? { ...entry, event: { ...event, data: CANARY as never } }
      : entry;
  });
}

async function projected(log: readonly Entry[]): Promise<Scene> {
  const scene = await newScene(opened.database, [log]);
  await scene.project(0, Infinity);
  return scene;
}

const ofHeated = (log: readonly Entry[]) =>
  log.filter(({ event }) => event?.subject === 'heated' && event.source === 'acme');

describe('A thread with an entry that a projection fails at', () => {
  it('waits from there on, and tells since when and why, without a word of it', async () => {
    const log = broken(acme(), 'u3');
    await projected(log);
    const offset = log.findIndex(({ event }) => JSON.stringify(event).includes(CANARY));
    const waiting = ofHeated(log).filter((entry) => entry.offset >= offset);
    const thread = {
      ...HEATED,
      topic: 'inbound.v1',
      position: `0:${offset}`,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      cause: expect.stringMatching(/^TypeError in [\w-]+\.ts:\d+$/) as string,
      waiting: waiting.length,
    };
    expect(await parked.list()).toEqual([thread]);
    expect(await parked.of('acme', 'heated')).toEqual(thread);
    expect(await parked.of('other', 'heated')).toBeUndefined();
    expect(await parked.count()).toBe(1);
    const shown = await parked.show('acme', 'heated');
    expect(shown!.entries.map(({ position, type }) => ({ position, type }))).toEqual(
      waiting.map(({ offset: of, event }) => ({ position: `0:${of}`, type: event!.type })),
    );
    expect(JSON.stringify(shown)).not.toContain(CANARY);
  });

  it('stays where it is when it is tried again and fails again, and loses only that entry when it is discarded', async () => {
    const log = broken(acme(), 'u3');
    await projected(log);
    const before = await parked.of('acme', 'heated');
    const retried = await parked.retry(BY);
    expect(retried).toEqual({ handled: 0, parked: before });
    expect(await parked.discard({ ...BY, reason: 'no use' })).toEqual({ handled: before!.waiting - 1 });
    expect(await parked.show('acme', 'heated')).toBeUndefined();
    expect(await parked.retry(BY)).toBeUndefined();
    const without = log.filter(({ offset }) => `0:${offset}` !== before!.position);
    expect(await rowsIn(opened.database)).toEqual(rowsOfOneFold([without]));
    expect(
      await opened.database.query('SELECT action, thread_id, position, by, reason FROM offramp_v1.parked_actions'),
    ).toEqual([
      { action: 'retry', thread_id: 'heated', position: before!.position, by: 'operator', reason: 'looked at it' },
      { action: 'discard', thread_id: 'heated', position: before!.position, by: 'operator', reason: 'no use' },
    ]);
  });

  it('goes on to the next entry that fails, in order', async () => {
    const log = acme();
    const scene = await newScene(opened.database, [log]);
    await refusing(opened.database, new Set(['u5', 'e3']), () => scene.project(0, Infinity));
    const last = ofHeated(log).at(-1)!.offset;
    await refusing(opened.database, new Set(['e3']), async () => {
      const { handled, parked: still } = (await parked.retry(BY))!;
      expect(handled).toBeGreaterThan(2);
      const first = log.find(({ event }) => JSON.stringify(event!.data).includes('"e3"'))!.offset;
      expect(still).toMatchObject({ position: `0:${first}` });
      expect((await parked.show('acme', 'heated'))!.entries.at(-1)!.position).toBe(`0:${last}`);
    });
    const claimed = await scene.events.claim(0);
    expect(await parked.retry(BY)).toEqual({ handled: expect.any(Number) as unknown });
    const batch = {
      partition: 0,
      epoch: claimed.epoch,
      from: log.length,
      entries: [],
      next: { inbound: log.length + 1, decisions: 0 },
    };
    expect(await scene.events.apply(batch)).toMatchObject({ kind: 'superseded' });
    expect(await rowsIn(opened.database)).toEqual(rowsOfOneFold([log]));
  });
});

describe('A rebuild of tables with parked threads', () => {
  it('tries them again, and its swap lets them go', async () => {
    const log = acme();
    const scene = await newScene(opened.database, [log]);
    await refusing(opened.database, new Set(['u5']), () => scene.project(0, Infinity));
    await scene.rebuilds.run(scene.source, { projection: 'threads' });
    await expect(scene.rebuilds.swap(scene.source)).rejects.toThrow(/Threads are parked/);
    await scene.rebuilds.cancel();
    expect(await scene.rebuilds.run(scene.source)).toMatchObject({ kind: 'compared', equal: false });
    await scene.rebuilds.swap(scene.source);
    expect(await parked.list()).toEqual([]);
    expect(await rowsIn(opened.database)).toEqual(rowsOfOneFold([log]));
    await scene.rebuilds.rollback(scene.source);
    expect(await parked.list()).toHaveLength(1);
  });
});

describe('An activation of a policy that cannot be projected', () => {
  /** What is harm only from then on. */
  const log = () =>
    told(
      message('m1', { thread: 'before' }),
      activated(policyDocument({ name: 'strict', harm: { abuse: 0.2 } })),
      harmful('m1', { thread: 'after', score: 0.3 }),
      message('m1', { tenant: 'other', thread: 'after' }),
    );
  const ACTIVATION = { ...BY, threadId: '' };
  const refusingPolicies = async (work: () => Promise<void>) => {
    await opened.database.run(
      "ALTER TABLE offramp_v1.policies ADD CONSTRAINT refused CHECK (policy NOT LIKE 'strict@%')",
    );
    await work();
    await opened.database.run('ALTER TABLE offramp_v1.policies DROP CONSTRAINT refused');
  };

  it('waits alone; its tenant goes on under the policy before, so that a rebuild is asked for, which alone makes it right', async () => {
    const scene = await newScene(opened.database, [log()]);
    expect((await scene.rebuilds.status()).outdated).toEqual([]);
    await refusingPolicies(() => scene.project(0, Infinity));
    expect(await parked.list()).toMatchObject([{ tenant: 'acme', threadId: '', position: '0:1', waiting: 1 }]);
    const { messages, policies } = await rowsIn(opened.database);
    expect(messages!.map(({ harmful }) => harmful)).toEqual([false, false, false]);
    expect(policies).toEqual([]);
    expect(await scene.rebuilds.status()).toMatchObject({
      outdated: expect.arrayContaining(['messages']) as unknown,
      needed: expect.stringMatching(/^A policy could not be projected .*: run `offramp rebuild`, then/) as unknown,
    });

    expect(await parked.retry(ACTIVATION)).toEqual({ handled: 1 });
    const one = rowsOfOneFold([log()]);
    expect((await rowsIn(opened.database)).policies).toEqual(one['policies']);
    expect((await scene.rebuilds.status()).outdated).toContain('messages');
    expect(await scene.rebuilds.run(scene.source)).toMatchObject({ kind: 'compared', equal: false });
    await scene.rebuilds.swap(scene.source);
    expect((await scene.rebuilds.status()).outdated).toEqual([]);
    expect(await rowsIn(opened.database)).toEqual(one);
  });

  it('is asked for again where the rebuild has met the same', async () => {
    const scene = await newScene(opened.database, [log()]);
    await refusingPolicies(async () => {
      await scene.project(0, Infinity);
      expect(await scene.rebuilds.run(scene.source)).toMatchObject({ kind: 'compared', equal: true });
      await scene.rebuilds.swap(scene.source);
    });
    expect(await parked.count()).toBe(1);
    expect((await scene.rebuilds.status()).outdated).toContain('messages');
  });
});

it('A partition of which too many threads are parked stops, because it is not the events', async () => {
  const scene = await newScene(opened.database, [acme()]);
  await opened.database.run(
    `INSERT INTO offramp_v1.parked_threads SELECT 0, 'acme', n::text, 0, now(), 'x' FROM generate_series(1, ${PARKED_MAX}) AS n`,
  );
  await refusing(opened.database, new Set(['u5']), async () => {
    await expect(scene.project(0, Infinity)).rejects.toMatchObject({ retriable: false, message: /parked already/ });
  });
  expect(await parked.count()).toBe(PARKED_MAX);
});
