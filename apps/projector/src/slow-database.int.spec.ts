import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  DECISION_TYPES,
  INBOUND_TYPES,
  SOURCE_OF_PARTITION,
  TOPICS,
  decisionsCodec,
  messageEventId,
  position,
  threadKey,
} from '@offramp/events';
import { type TemporaryLog, openTemporaryLog } from '@offramp/log';
import { type ReadModels, openReadModels } from '@offramp/read-models';
import { LogTransport } from '@offramp/service';
import { startProjector } from './testing/projector-app.js';

/** Invariant BOUNDED: a database that does not keep up is waited for, with one batch of a partition in memory. */

const INPUTS = 9000;
const ENTRIES_MAX = 2000;

let temporary: TemporaryLog;
let dataDir: string;
let readModels: ReadModels;
let app: NestFastifyApplication;

beforeAll(async () => {
  temporary = await openTemporaryLog({ partitions: 1 });
  dataDir = await mkdtemp(join(tmpdir(), 'offramp-projector-'));
  readModels = await openReadModels({ dataDir });
}, 60_000);

afterAll(async () => {
  await app.close();
  await readModels.close();
  await temporary.destroy();
  await rm(dataDir, { recursive: true, force: true });
});

it('reads no further while a batch is being stored, and all of it in the end', async () => {
  const { log } = temporary;
  await log.append([
    { topic: TOPICS.inbound, partition: 0, records: Array.from({ length: INPUTS }, (_, at) => input(at)) },
  ]);
  // One Progress closes all of them: as much as there can be to project at once.
  await log.append([{ topic: TOPICS.decisions, partition: 0, records: [{ key: '', value: progress(INPUTS - 1) }] }]);

  let read = 0;
  const readLog = log.read.bind(log);
  log.read = async (topic, ...rest) => {
    const result = await readLog(topic, ...rest);
    if (topic === TOPICS.inbound) read += result.records.length;
    return result;
  };
  const batches: number[] = [];
  let goOn: () => void = () => undefined;
  const allowed = new Promise<void>((resolve) => {
    goOn = resolve;
  });
  let held: () => void = () => undefined;
  const isHeld = new Promise<void>((resolve) => {
    held = resolve;
  });
  const slow: ReadModels = {
    ...readModels,
    events: {
      ...readModels.events,
      async apply(batch) {
        batches.push(batch.entries.length);
        held();
        await allowed;
        return readModels.events.apply(batch);
      },
    },
  };

  app = await startProjector(log, slow);
  await isHeld;
  expect([read, batches]).toEqual([ENTRIES_MAX, [ENTRIES_MAX]]);
  goOn();
  await app.get(LogTransport).settle();
  expect(read).toBe(INPUTS);
  expect(Math.max(...batches)).toBe(ENTRIES_MAX);
  expect(await readModels.queries.stats('default')).toMatchObject({ messages: INPUTS });
});

function input(at: number) {
  const [thread, messageId] = [`t${at % 100}`, `m${at}`];
  const event = {
    specversion: '1.0',
    id: messageEventId('default', thread as never, messageId as never),
    source: 'default',
    subject: thread,
    type: INBOUND_TYPES.MessagePosted,
    time: new Date(1_767_225_600_000 + at).toISOString(),
    data: { messageId, parentId: null, role: 'user' },
  };
  return { key: threadKey('default', thread), value: Buffer.from(JSON.stringify(event)) };
}

function progress(offset: number): Buffer {
  const time = new Date(1_767_225_600_000 + offset).toISOString();
  const data = { position: position(0, offset), time };
  const [type, source] = [DECISION_TYPES.Progress, SOURCE_OF_PARTITION];
  return decisionsCodec.encode({ specversion: '1.0', id: `progress-${offset}`, source, subject: '', type, time, data });
}
