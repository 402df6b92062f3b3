import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DECISION_TYPES, INBOUND_TYPES, TOPICS, messageEventId, threadKey } from '@offramp/events';
import { type TemporaryLog, openTemporaryLog } from '@offramp/log';
import { LogTransport, ServiceModule, createHttpApp, createLogger, parseConfig } from '@offramp/service';
import 'reflect-metadata';
import { DeciderModule } from './decider.module.js';

let temporary: TemporaryLog;
let app: NestFastifyApplication;

beforeEach(async () => {
  temporary = await openTemporaryLog({ partitions: 1 });
  const logger = createLogger('silent');
  const { config } = parseConfig({});
  class DecidingModule {}
  Module({ imports: [ServiceModule.forRoot({ config, log: temporary.log, logger }), DeciderModule] })(DecidingModule);
  app = await createHttpApp(DecidingModule, { logger, info: { title: 'Decider', description: '', version: '0' } });
  await app.startAllMicroservices();
  await app.init();
});

afterEach(async () => {
  await app.close();
  await temporary.destroy();
});

async function append(...values: (object | string)[]): Promise<void> {
  const records = values.map((value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return { key: threadKey('default', 't'), value: Buffer.from(text) };
  });
  await temporary.log.append([{ topic: TOPICS.inbound, partition: 0, records }]);
  await app.get(LogTransport).settle();
}

function message(messageId: string, type: string = INBOUND_TYPES.MessagePosted): object {
  const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.95 }, risk: {} };
  const data = { messageId, parentId: null, role: 'user', evidence };
  const id = messageEventId('default', 't', messageId as never);
  return { specversion: '1.0', id, source: 'default', subject: 't', type, time: '2026-01-01T00:00:00.000Z', data };
}

async function lines(name: string): Promise<string[]> {
  const text = (await app.inject({ method: 'GET', url: '/metrics' })).body;
  return text.split('\n').filter((line) => line.startsWith(name));
}

it('counts what it decided, by type, and what nobody can read, and shows where it stands still', async () => {
  await append(message('m1'), message('m2'), message('m1'), 'no event at all');
  const decided = await lines('offramp_decisions_total');
  expect(decided).toContain(`offramp_decisions_total{type="${DECISION_TYPES.RedirectAdvised}"} 2`);
  expect(decided).toContain(`offramp_decisions_total{type="${DECISION_TYPES.MessageRepeated}"} 1`);
  expect(decided).toContain(`offramp_decisions_total{type="${DECISION_TYPES.ConversationEnded}"} 0`);
  expect(decided.filter((line) => line.includes('progress'))).toEqual([]);
  const labels = 'topic="inbound.v1",group="decider"';
  expect(await lines('offramp_records_quarantined_total')).toEqual([`offramp_records_quarantined_total{${labels}} 1`]);
  expect(await lines('offramp_repeats_dropped_total')).toEqual([`offramp_repeats_dropped_total{${labels}} 0`]);
  expect(await lines(`offramp_partitions_stopped{${labels}`)).toEqual([
    `offramp_partitions_stopped{${labels},partition="0"} 0`,
  ]);

  await append(message('m3'), message('m4', 'offramp.message.posted.v9'), message('m5'));
  expect(await lines(`offramp_partitions_stopped{${labels}`)).toEqual([
    `offramp_partitions_stopped{${labels},partition="0"} 1`,
  ]);
  expect(await lines(`offramp_next_offset{${labels}`)).toEqual([`offramp_next_offset{${labels},partition="0"} 5`]);
  expect(await lines(`offramp_lag_messages{${labels}`)).toEqual([`offramp_lag_messages{${labels},partition="0"} 2`]);
});
