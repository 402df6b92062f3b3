import { existsSync } from 'node:fs';
import { mkdtemp, rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { TOPICS } from '@offramp/events';
import { type TemporaryLog, openTemporaryLog } from '@offramp/log';
import { type ReadModels, openReadModels } from '@offramp/read-models';
import { LogTransport, Readiness } from '@offramp/service';
import { startProjector, storedText, textsIn } from './testing/projector-app.js';

/*
 * A disk that is full while there is something to project. The log lies in memory where there is such a place, since nobody
 * else fills that meanwhile, and its reserve is so large that one file makes the difference.
 */

const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const ROOM_BYTES = 32 * 2 ** 20;

let temporary: TemporaryLog;
let dataDir: string;
let readModels: ReadModels;
let app: NestFastifyApplication;

beforeAll(async () => {
  const { bavail, bsize } = await statfs(PARENT);
  temporary = await openTemporaryLog({
    parent: PARENT,
    partitions: 1,
    minFreeBytes: bavail * bsize - ROOM_BYTES,
  });
  dataDir = await mkdtemp(join(tmpdir(), 'offramp-projector-'));
  readModels = await openReadModels({ dataDir });
}, 60_000);

afterAll(async () => {
  await app.close();
  await readModels.close();
  await temporary.destroy();
  await rm(dataDir, { recursive: true, force: true });
});

it('waits with what is to be projected until there is room again', async () => {
  const { log, dir } = temporary;
  await log.append([
    { topic: TOPICS.content, partition: 0, records: [{ key: 'default/t1', value: storedText('m1') }] },
  ]);
  const filler = join(dir, 'filler');
  await writeFile(filler, Buffer.alloc(ROOM_BYTES * 2, 1));

  app = await startProjector(temporary.log, readModels);
  const readiness = app.get(Readiness);
  await until(() => readiness.causes.length > 0);
  expect(readiness.causes).toEqual([
    { part: 'projector of content.v1 0', cause: expect.stringMatching(/failed \d+ times in a row: no room/) },
  ]);
  expect(await textsIn(readModels)).toBe(0);

  await rm(filler);
  await app.get(LogTransport).settle();
  expect(readiness.causes).toEqual([]);
  expect(await textsIn(readModels)).toBe(1);
});

async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}
