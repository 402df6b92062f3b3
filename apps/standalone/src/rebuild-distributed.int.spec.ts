/* Two projectors over Kafka, and the command line that rebuilds beside them and is killed. @requires kafka @requires postgres */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Module, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DeciderModule } from '@offramp/decider';
import { type InboundEvent, TOPICS, inboundCodec, partitionOfKey, threadKey } from '@offramp/events';
import { type EventLog, type TemporaryKafkaLog, openKafkaLog, openTemporaryKafkaLog } from '@offramp/log';
import { ProjectorModule } from '@offramp/projector';
import { type ReadModels, openReadModels } from '@offramp/read-models';
import { LogTransport, ServiceModule, createHttpApp, createLogger, parseConfig } from '@offramp/service';
import { HAS_TERMINAL, inTerminal } from '@offramp/service/testing';
import { holdRebuild } from './testing/held-rebuild.js';
import { type TemporaryDatabase, temporaryDatabase } from './testing/temporary-database.js';

const CLI = fileURLToPath(new URL('../../cli/dist/main.js', import.meta.url));
const PARTITIONS = 2;
const MESSAGES = 20_000;
const THREADS = 1_000;

let temporary: TemporaryKafkaLog;
let database: TemporaryDatabase;
const apps: NestFastifyApplication[] = [];
const opened: { close(): Promise<unknown> }[] = [];
let readModels: ReadModels;

beforeAll(async () => {
  temporary = await openTemporaryKafkaLog({ partitions: PARTITIONS });
  database = await temporaryDatabase();
  await append(0);
  await start(DeciderModule, temporary.log);
  for (const disk of ['a', 'b']) {
    const log = await openKafkaLog({ ...temporary.options, dataDir: join(temporary.options.dataDir, disk) });
    readModels = await openReadModels({ url: database.url });
    opened.push(log, readModels);
    await start(ProjectorModule.forRoot(readModels) as unknown as Type, log);
  }
  await settle();
}, 120_000);

afterAll(async () => {
  for (const app of apps.toReversed()) await app.close();
  for (const one of opened.toReversed()) await one.close();
  await database.remove();
  await temporary.destroy();
}, 60_000);

async function start(imported: Type, log: EventLog): Promise<void> {
  const logger = createLogger('silent');
  const service = ServiceModule.forRoot({ config: parseConfig({}).config, log, logger });
  class ProcessModule {}
  Module({ imports: [service, imported] })(ProcessModule);
  const app = await createHttpApp(ProcessModule, { logger, info: { title: '', description: '', version: '0' } });
  await app.startAllMicroservices();
  await app.init();
  apps.push(app);
}

/** Until everything is decided and projected: the decider first. */
async function settle(): Promise<void> {
  for (const app of apps) await app.get(LogTransport).settle();
}

/** The next turns of all conversations; every tenth of them abuses. */
async function append(first: number): Promise<void> {
  const records = Array.from({ length: PARTITIONS }, () => [] as { key: string; value: Buffer }[]);
  for (let at = first; at < first + MESSAGES; at++) {
    const event = messageAt(at);
    const key = threadKey(event.source, event.subject);
    records[partitionOfKey(key, PARTITIONS)]!.push({ key, value: inboundCodec.encode(event) });
  }
  for (const [partition, of] of records.entries()) {
    await temporary.log.append([{ topic: TOPICS.inbound, partition, records: of }]);
  }
}

function messageAt(at: number): InboundEvent {
  const [thread, turn] = [`t${at % THREADS}`, Math.floor(at / THREADS)];
  const abuse = (at % THREADS) % 10 === 0 ? 0.95 : 0.01;
  const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse }, risk: {} };
  const isUser = turn % 2 === 0;
  const data = { messageId: `m${turn}`, role: isUser ? 'user' : 'assistant', ...(isUser && { evidence }) };
  const time = new Date(Date.parse('2026-01-01T00:00:00.000Z') + at).toISOString();
  const [source, id] = ['default', `default/${thread}/m${turn}`];
  return { specversion: '1.0', id, source, subject: thread, type: 'offramp.message.posted.v1', time, data } as never;
}

function environment(): NodeJS.ProcessEnv {
  const { brokers, topicPrefix } = temporary.options;
  const given = { OFFRAMP_KAFKA_BROKERS: brokers.join(','), OFFRAMP_TOPIC_PREFIX: topicPrefix ?? '' };
  return { ...process.env, ...given, OFFRAMP_DATABASE_URL: database.url, OFFRAMP_DATA: temporary.options.dataDir };
}

function offramp(...args: string[]) {
  const child = spawn(process.execPath, [CLI, 'rebuild', '--json', ...args], {
    env: environment(),
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let out = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, out }));
  return { child, ended };
}

async function answered(...args: string[]): Promise<Record<string, unknown>> {
  const { code, out } = await offramp(...args).ended;
  return { code, ...(JSON.parse(out) as Record<string, unknown>) };
}

/** Until some of it is there, and some is not: there it is held up. */
async function untilHalf(child?: ChildProcess): Promise<{ events: number; left: number }> {
  for (;;) {
    const { state, events = 0, left = 0 } = await readModels.rebuilds.status();
    if (state === 'filling' && events > 0 && left > 0) return { events, left };
    if (child !== undefined) expect(child.exitCode).toBeNull();
  }
}

it('is killed and taken up again, and its tables become those that the projectors go on with', async () => {
  const held = await holdRebuild(database.url);
  const first = offramp();
  await untilHalf(first.child);
  first.child.kill('SIGKILL');
  expect((await first.ended).code).toBeNull();
  await held.letGo();
  expect(await answered('--status')).toMatchObject({ code: 0, state: 'filling', swapped: false });

  const [whole] = await Promise.all([answered(), append(MESSAGES)]);
  expect(whole).toMatchObject({ code: 0, state: 'compared', equal: true, swapped: false });
  const [swapped] = await Promise.all([answered('--swap', '--yes'), append(2 * MESSAGES)]);
  expect(swapped).toMatchObject({ code: 0, swapped: true });
  await settle();
  expect(await readModels.queries.stats('default')).toMatchObject({ threads: THREADS, messages: 3 * MESSAGES });
  expect(await answered('--yes')).toMatchObject({ code: 0, events: 3 * MESSAGES, equal: true, swapped: true });
}, 240_000);

const onTerminal = HAS_TERMINAL ? it : it.skip;

onTerminal(
  'shows how far it is in one line (skipped where there is no `script` of util-linux)',
  async () => {
    const columns = 70;
    const held = await holdRebuild(database.url);
    const terminal = inTerminal([process.execPath, CLI, 'rebuild', '--yes'], { env: environment(), columns });
    const { events, left } = await untilHalf();
    const [done, of] = [events, events + left].map((count) => count.toLocaleString('en-US'));
    const percent = Math.floor((events / (events + left)) * 100);
    await terminal.until(
      new RegExp(`█+░+ +${percent} %  ${done} of ${of} events, [0-9,]+/s, ([0-9]+ min )?[0-9]+ s left`),
    );
    await held.letGo();
    expect(await terminal.ended).toBe(0);
    const drawn = terminal.shown().split('\r\x1b[2K').slice(1, -1);
    expect(drawn.filter((line) => line.length >= columns)).toEqual([]);
    expect(terminal.shown()).toMatch(
      /threads .* equal\r\n[^]*The rebuilt tables are live\. --rollback is the way back\./,
    );
  },
  240_000,
);
