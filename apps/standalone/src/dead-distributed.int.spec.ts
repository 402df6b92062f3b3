/* A projector over Kafka whose Postgres refuses some rows, and the command line beside it. @requires kafka @requires postgres */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DeciderModule } from '@offramp/decider';
import { type Dead, TOPICS, contentCodec, deadCodec, inboundCodec, partitionOfKey, threadKey } from '@offramp/events';
import { type TemporaryKafkaLog, openTemporaryKafkaLog } from '@offramp/log';
import { ProjectorModule } from '@offramp/projector';
import { type ReadModels, openReadModels } from '@offramp/read-models';
import { LogTransport, ServiceModule, createHttpApp, createLogger, parseConfig } from '@offramp/service';
import { type TemporaryDatabase, temporaryDatabase } from './testing/temporary-database.js';

const CLI = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));
const PARTITIONS = 2;
const TIME = '2026-01-01T00:00:00.000Z';

let temporary: TemporaryKafkaLog;
let database: TemporaryDatabase;
let readModels: ReadModels;
const apps: NestFastifyApplication[] = [];

beforeAll(async () => {
  temporary = await openTemporaryKafkaLog({ partitions: PARTITIONS });
  database = await temporaryDatabase();
  readModels = await openReadModels({ url: database.url });
  await byHand("ALTER TABLE offramp_v1.messages ADD CONSTRAINT shallow CHECK (message_id <> 'm2')");
  await byHand("ALTER TABLE offramp_v1.contents ADD CONSTRAINT shallow CHECK (message_id <> 'm3')");
  for (const thread of ['odd', 'even']) await append(thread, thread === 'odd' ? ['m1', 'm2', 'm3', 'm4'] : ['m1']);
  await appendUnreadable();
  for (const imported of [DeciderModule, ProjectorModule.forRoot(readModels)]) await start(imported as Type);
  for (const app of apps) await app.get(LogTransport).settle();
}, 240_000);

afterAll(async () => {
  for (const app of apps.toReversed()) await app.close();
  await readModels.close();
  await database.remove();
  await temporary.destroy();
}, 60_000);

async function byHand(sql: string): Promise<void> {
  await promisify(execFile)('psql', ['-q', '-v', 'ON_ERROR_STOP=1', '-d', database.url, '-c', sql]);
}

async function start(imported: Type): Promise<void> {
  const logger = createLogger('silent');
  const service = ServiceModule.forRoot({ config: parseConfig({}).config, log: temporary.log, logger });
  class ProcessModule {}
  Module({ imports: [service, imported] })(ProcessModule);
  const app = await createHttpApp(ProcessModule, { logger, info: { title: '', description: '', version: '0' } });
  await app.startAllMicroservices();
  await app.init();
  apps.push(app);
}

/** Calm messages of a thread, each with its text. */
async function append(thread: string, ids: readonly string[]): Promise<void> {
  const key = threadKey('default', thread);
  const partition = partitionOfKey(key, PARTITIONS);
  const envelope = { specversion: '1.0', source: 'default', subject: thread, time: TIME };
  const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm: {}, risk: {} };
  const values = ids.map((messageId) => {
    const id = `default/${thread}/${messageId}`;
    const data = { messageId, role: 'user', evidence };
    const text = { kind: 'message', eventId: id, messageId, text: `text of ${messageId}` };
    return {
      posted: { ...envelope, id, type: 'offramp.message.posted.v1', data },
      stored: { ...envelope, id: `${id}/message`, type: 'offramp.content.stored.v1', data: text },
    };
  });
  const inbound = values.map(({ posted }) => ({ key, value: inboundCodec.encode(posted as never) }));
  const content = values.map(({ stored }) => ({ key, value: contentCodec.encode(stored as never) }));
  await temporary.log.append([{ topic: TOPICS.content, partition, records: content }]);
  await temporary.log.append([{ topic: TOPICS.inbound, partition, records: inbound }]);
}

/** Bytes on inbound.v1 that no version reads, and what an ingest said of such bytes on raw.v1. */
async function appendUnreadable(): Promise<void> {
  const bytes = { key: '', value: Buffer.from('canary of somebody') };
  await temporary.log.append([{ topic: TOPICS.inbound, partition: 1, records: [bytes] }]);
  const envelope = { specversion: '1.0', id: 'raw.v1/1:7', source: 'offramp', subject: '', time: TIME };
  const data = { topic: TOPICS.raw, position: '1:7', cause: 'not-json' };
  const dead = { ...envelope, type: 'offramp.record.rejected.v1', data } as Dead<'RecordRejected'>;
  await temporary.log.append([
    { topic: TOPICS.dead, partition: 1, records: [{ key: '', value: deadCodec.encode(dead) }] },
  ]);
}

interface Ran {
  readonly exit: number;
  readonly lines: readonly Record<string, unknown>[];
  readonly err: string;
}

function dead(...args: string[]): Promise<Ran> {
  const { brokers, topicPrefix, dataDir } = temporary.options;
  const given = { OFFRAMP_KAFKA_BROKERS: brokers.join(','), OFFRAMP_TOPIC_PREFIX: topicPrefix ?? '' };
  const env = { ...process.env, ...given, OFFRAMP_DATABASE_URL: database.url, OFFRAMP_DATA: dataDir };
  return new Promise((resolve) => {
    execFile(process.execPath, [CLI, 'dead', ...args, '--json'], { env }, (error, out, err) => {
      const lines = out.split('\n').filter(Boolean);
      resolve({ exit: error === null ? 0 : Number(error.code), lines: lines.map((line) => JSON.parse(line)), err });
    });
  });
}

const WHO = ['--by', 'ops', '--reason', 'the table takes it now'];
const THREAD = { tenant: 'default', threadId: 'odd' };

it('lists what waits of both topics, and shows and retries and discards it', async () => {
  const cause = (table: string) => `The database refused the row: 23514 (${table} shallow)`;
  const events = { ...THREAD, topic: 'inbound.v1', cause: cause('messages'), waiting: 3 };
  const texts = { ...THREAD, topic: 'content.v1', cause: cause('contents'), waiting: 2 };
  const listed = await dead('ls', '--parked');
  expect(listed.exit).toBe(1);
  expect(listed.lines).toHaveLength(2);
  expect(listed.lines).toEqual(
    expect.arrayContaining([expect.objectContaining(events), expect.objectContaining(texts)]),
  );

  expect(await dead('retry', 'odd', ...WHO)).toMatchObject({ exit: 1, lines: [{ handled: 0, parked: events }] });
  expect(await dead('discard', 'odd', ...WHO)).toMatchObject({
    exit: 2,
    lines: [],
    err: expect.stringMatching('--yes'),
  });
  const dry = await dead('discard', 'odd', ...WHO, '--dry-run');
  expect(dry.exit).toBe(0);
  await byHand('ALTER TABLE offramp_v1.messages DROP CONSTRAINT shallow');
  expect(await dead('retry', 'odd', ...WHO)).toMatchObject({ exit: 0, lines: [{ handled: 3 }] });
  expect(await readModels.queries.thread('default', 'odd')).toMatchObject({ messages: 4 });

  expect(await dead('show', 'odd')).toMatchObject({
    exit: 0,
    lines: [
      {
        ...texts,
        actions: [
          { action: 'retry', topic: 'inbound.v1', by: 'ops' },
          { action: 'retry', by: 'ops' },
        ],
      },
    ],
  });
  expect(await dead('discard', 'odd', ...WHO, '--yes')).toMatchObject({ exit: 0, lines: [{ handled: 1 }] });
  expect(await dead('ls', '--parked')).toEqual({ exit: 0, lines: [], err: '' });
  const page = await readModels.queries.messages.page('default', { thread: 'odd' });
  expect('data' in page && page.data.map(({ text }) => text)).toEqual([
    'text of m1',
    'text of m2',
    undefined,
    'text of m4',
  ]);
}, 240_000);

it('lists records that could not be read, by position and cause, without a byte of them', async () => {
  const { exit, lines } = await dead('ls');
  const records = lines.filter(({ kind }) => kind !== 'parked');
  expect([exit, records]).toEqual([
    1,
    [
      {
        ...{ kind: 'quarantined', topic: 'inbound.v1', position: expect.stringMatching(/^1:\d+$/) as string },
        ...{ since: expect.stringMatching(/^\d{4}-.*Z$/) as string, cause: 'not-json' },
      },
      { kind: 'rejected', topic: 'raw.v1', position: '1:7', since: TIME, cause: 'not-json' },
    ],
  ]);
  expect(JSON.stringify(lines)).not.toContain('canary');
}, 120_000);

it('is told what it lacks', async () => {
  expect(await dead('retry', 'odd')).toMatchObject({ exit: 2, err: expect.stringMatching(/--reason/) });
  expect(await dead('retry', 'even', ...WHO)).toMatchObject({ exit: 2, err: expect.stringMatching(/not parked/) });
  expect(await dead('ls', '--nonsense')).toMatchObject({ exit: 2 });
}, 120_000);

it('goes on with the thread, whose projector reads its rows anew', async () => {
  await append('odd', ['m5']);
  for (const app of apps) await app.get(LogTransport).settle();
  expect(await readModels.queries.thread('default', 'odd')).toMatchObject({ messages: 5 });
}, 120_000);
