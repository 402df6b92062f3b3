import { mkdtemp, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS } from '@offramp/events';
import { readAll, record, records, texts } from '../contract/harness.js';
import { LogError, LogFull } from '../event-log.js';
import { openEmbeddedLog } from './embedded-log.js';
import { openEnvironment } from './environment.js';

/** What is so of the embedded log alone: its directory, its disk, and how few transactions it makes. */
let dir: string;
beforeEach(async () => {
  dir = join(await mkdtemp(join(tmpdir(), 'offramp-opening-')), 'made', 'where.missing');
});
afterEach(() => rm(join(dir, '..', '..'), { recursive: true, force: true }));

const TOPIC = TOPICS.content;
const one = (text: string) => [{ topic: TOPIC, partition: 0, records: records(text) }];

it('has 8 partitions where nothing is said, and creates its directory', async () => {
  const log = await openEmbeddedLog({ dir });
  expect(log.partitions).toBe(8);
  await log.close();
});

it('keeps the number of partitions it was created with, and refuses another', async () => {
  await (await openEmbeddedLog({ dir, partitions: 5 })).close();
  await expect(openEmbeddedLog({ dir, partitions: 6 })).rejects.toThrow('has 5 partitions, not 6');
  for (const partitions of [undefined, 5]) {
    const log = await openEmbeddedLog({ dir, partitions });
    expect(log.partitions).toBe(5);
    await log.close();
  }
});

it('refuses a number of partitions that can not be', async () => {
  for (const partitions of [0, -1, 1.5, 257, Number.NaN]) {
    await expect(openEmbeddedLog({ dir, partitions })).rejects.toBeInstanceOf(LogError);
  }
});

it('is open once in a process', async () => {
  const log = await openEmbeddedLog({ dir });
  await expect(openEmbeddedLog({ dir: join(dir, '.') })).rejects.toThrow('already open in this process');
  await log.close();
  await (await openEmbeddedLog({ dir })).close();
});

it('refuses a format of another version and leaves it alone', async () => {
  const environment = await openEnvironment(dir, 2);
  await environment.meta.put('format', 99);
  await environment.close();
  await expect(openEmbeddedLog({ dir })).rejects.toThrow('has format 99; this program reads 1');
});

it('says which file can not be opened, and why', async () => {
  const error: unknown = await openEmbeddedLog({ dir: '/dev/null/log' }).catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LogError);
  expect(String(error)).toContain('/dev/null/log');
});

it('makes one transaction of all that arrives together', async () => {
  const log = await openEmbeddedLog({ dir, partitions: 4 });
  const appends = Array.from({ length: 2000 }, (_, index) =>
    log.append([{ topic: TOPIC, partition: index % 4, records: [record(String(index))] }]),
  );
  await Promise.all(appends);
  await log.close();
  const environment = await openEnvironment(dir);
  const { lastTxnId } = environment.root.getStats() as { lastTxnId: number };
  await environment.close();
  // One made the log; opening it twice writes nothing.
  expect(lastTxnId).toBeLessThanOrEqual(3);
});

describe('on a disk with less room than is to be left', () => {
  beforeEach(async () => {
    const log = await openEmbeddedLog({ dir, partitions: 1, now: () => 1000 });
    await log.append(one('before'));
    await log.close();
  });

  async function openWithoutRoom() {
    const { bavail, bsize } = await statfs(dir);
    return openEmbeddedLog({ dir, minFreeBytes: bavail * bsize * 2 });
  }

  it('refuses an append, applies nothing of it, and works again when there is room', async () => {
    const log = await openWithoutRoom();
    const refused = [...one('first'), ...one('second')];
    await expect(log.append(refused)).rejects.toBeInstanceOf(LogFull);
    await expect(log.append(refused)).rejects.toMatchObject({ retriable: true });
    await expect(log.checkRoom()).rejects.toBeInstanceOf(LogFull);
    expect(await log.bounds(TOPIC, 0)).toEqual({ start: 0, end: 1 });
    expect(texts(await readAll(log, TOPIC, 0))).toEqual(['before']);
    await log.close();
    const roomy = await openEmbeddedLog({ dir });
    await roomy.checkRoom();
    expect(await roomy.append(one('after'))).toEqual([1]);
    expect(texts(await readAll(roomy, TOPIC, 0))).toEqual(['before', 'after']);
    await roomy.close();
  });

  it('refuses a commit whole', async () => {
    const log = await openWithoutRoom();
    const state = await log.openState(0);
    const commit = {
      decisions: records('decision'),
      facts: [{ kind: 'guard', scope: 'acme/t1', name: '', at: 0, value: { raised: true } } as const],
      progress: { offset: 0, time: 0 },
    };
    await expect(state.commit(commit)).rejects.toBeInstanceOf(LogFull);
    expect(state.progress).toBeUndefined();
    expect(state.facts.before('guard', 'acme/t1', '', 9)).toBeUndefined();
    await state.close();
    expect(await log.bounds(TOPICS.decisions, 0)).toEqual({ start: 0, end: 0 });
    expect((await log.openState(0)).progress).toBeUndefined();
    await log.close();
  });

  it('writes nothing of a state after what it refused', async () => {
    const expired = { kind: 'guard', scope: 'acme/t1', name: '', at: 0, value: { raised: true }, until: 10 } as const;
    const roomy = await openEmbeddedLog({ dir });
    const progress = { offset: 0, time: 0 };
    await (await roomy.openState(0)).commit({ decisions: [], facts: [expired], progress });
    await roomy.close();
    const log = await openWithoutRoom();
    const state = await log.openState(0);
    // Removing would be possible, but it was asked for behind a commit that is refused.
    const [refused, swept] = await Promise.allSettled([
      state.commit({ decisions: records('decision'), facts: [], progress: { offset: 1, time: 1 } }),
      state.sweep(10, 1, 100),
    ]);
    expect([refused.status, swept.status]).toEqual(['rejected', 'rejected']);
    expect(state.facts.before('guard', 'acme/t1', '', 9)).toEqual(expired);
    await log.close();
  });

  it('still removes, since that makes room', async () => {
    const log = await openWithoutRoom();
    const [refused, trimmed] = await Promise.allSettled([log.append(one('more')), log.trim(TOPIC, 0, 2000)]);
    expect(refused.status).toBe('rejected');
    expect(trimmed).toEqual({ status: 'fulfilled', value: 1 });
    await log.close();
  });
});
