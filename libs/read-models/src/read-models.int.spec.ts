import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { messagePosted } from '@offramp/ladder/testing';
import { SchemaTooNew } from './database/failure.js';
import { openDatabase } from './database/open-database.js';
import { openReadModels } from './read-models.js';
import { type TestPlace, embeddedPlace } from './testing/databases.js';
import { decide } from './testing/entries.js';
import { project } from './testing/opened.js';

let at: TestPlace<{ dataDir: string }>;
beforeEach(async () => {
  at = await embeddedPlace();
});
afterEach(() => at.remove());

const chat = (threads: number) =>
  decide(
    Array.from({ length: threads }, (_, index) => {
      const place = { tenant: 'acme', thread: `t${index}`, time: '2026-01-01T00:00:00.000Z' };
      return messagePosted(place, { messageId: 'm1', parentId: null, role: 'user' });
    }),
  );

describe('The read models on the embedded database', () => {
  it('are there again after they were closed, and go on from where they were', async () => {
    const first = await openReadModels(at.place);
    await project(first, chat(3));
    await first.close();
    const second = await openReadModels(at.place);
    expect(await second.positions.current()).toEqual(new Map([[0, 2]]));
    expect((await second.events.claim(0)).cursor).toEqual({ inbound: 3, decisions: 3 });
    expect(await second.queries.stats('acme')).toMatchObject({ threads: 3, messages: 3 });
    await second.close();
  });

  it('are not opened where a newer program was there, and can be by that one', async () => {
    const { database, close } = await openDatabase(at.place);
    await database.run(`INSERT INTO offramp_v1.migrations ("timestamp", name) VALUES (9, 'Tomorrow9')`);
    await close();
    await expect(openReadModels(at.place)).rejects.toThrow(SchemaTooNew);
    await expect(openReadModels(at.place)).rejects.toThrow(SchemaTooNew);
  });
});

describe('An embedded database that is broken', () => {
  it('is told with what to do about it', async () => {
    await rm(join(at.place.dataDir, 'postgres', 'global', 'pg_control'));
    const opening = openReadModels(at.place);
    await expect(opening).rejects.toMatchObject({ name: 'ReadModelsError', retriable: false });
    await expect(opening).rejects.toThrow(/failed\. It can be deleted while nothing runs/);
  });
});

describe('Positions', () => {
  it('are reached when a batch is committed, for everybody who waits for it', async () => {
    const readModels = await openReadModels(at.place);
    const { positions } = readModels;
    expect(await positions.current()).toEqual(new Map());
    expect(await positions.reached(0, 0, { timeoutMs: 0 })).toBe(false);
    const waiting = [0, 2, 3].map((offset) => positions.reached(0, offset, { timeoutMs: 60_000 }));
    const given = new AbortController();
    const elsewhere = positions.reached(1, 0, { timeoutMs: 60_000, signal: given.signal });
    await project(readModels, chat(3));
    expect(await Promise.all(waiting.slice(0, 2))).toEqual([true, true]);
    expect(await positions.current()).toEqual(new Map([[0, 2]]));
    expect(await positions.reached(0, 2, { timeoutMs: 0 })).toBe(true);
    given.abort();
    expect(await elsewhere).toBe(false);
    await readModels.close();
    expect(await waiting[2]).toBe(false);
  });

  it('are not reached after the time is over, nor by somebody who went before', async () => {
    const readModels = await openReadModels(at.place);
    expect(await readModels.positions.reached(0, 0, { timeoutMs: 1 })).toBe(false);
    const gone = { timeoutMs: 60_000, signal: AbortSignal.abort() };
    expect(await readModels.positions.reached(0, 0, gone)).toBe(false);
    await readModels.close();
  });
});
