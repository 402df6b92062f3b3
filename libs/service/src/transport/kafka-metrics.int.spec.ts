/** What the metrics say of a group whose partitions move, and of one that stands still, on real brokers. @requires kafka */
import { Controller, type INestMicroservice, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TOPICS } from '@offramp/events';
import { type EventLog, type TemporaryKafkaLog, openKafkaLog, openTemporaryKafkaLog } from '@offramp/log';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import { Readiness } from '../readiness.js';
import { type Batch, BatchHandler } from './batch-handler.js';
import { LogTransport } from './log-transport.js';

let temporary: TemporaryKafkaLog;
const apps: INestMicroservice[] = [];

beforeEach(async () => {
  temporary = await openTemporaryKafkaLog({ partitions: 4 });
});

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
  await temporary.destroy();
});

@Controller()
class Reader {
  @BatchHandler({ topic: TOPICS.inbound, group: 'reader' })
  read({ records }: Batch): Promise<number> {
    if (records.some(({ value }) => value.toString() === 'poison')) return Promise.reject(new Error('unknown'));
    return Promise.resolve((records.at(-1)?.offset ?? -1) + 1);
  }
}

async function start(log: EventLog): Promise<{ app: INestMicroservice; registry: Registry }> {
  const registry = new Registry();
  const strategy = new LogTransport({ log, logger: pino({ level: 'silent' }), readiness: new Readiness(), registry });
  class TestModule {}
  Module({ controllers: [Reader] })(TestModule);
  const app = await NestFactory.createMicroservice(TestModule, { strategy, logger: false });
  apps.push(app);
  await app.listen();
  return { app, registry };
}

/** By partition, of those that there are. */
async function valuesOf(registry: Registry, name: string): Promise<Record<string, number>> {
  const { values } = await registry.getSingleMetric(name)!.get();
  return Object.fromEntries(values.map(({ labels, value }) => [String(labels['partition'] ?? ''), value]));
}

/** Others have their turn in between: what is asked here may answer at once. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => void setImmediate(resolve));
}

const owned = async (registry: Registry): Promise<number | undefined> =>
  (await valuesOf(registry, 'offramp_partitions_owned'))[''];

it('counts the partitions of each member, and speaks of no partition that another one has', async () => {
  const first = await start(temporary.log);
  await until(async () => (await owned(first.registry)) === 4);
  const log = await openKafkaLog(temporary.options);
  try {
    const second = await start(log);
    await until(async () => (await owned(first.registry)) === 2 && (await owned(second.registry)) === 2);
    for (const name of [
      'offramp_lag_messages',
      'offramp_lag_seconds',
      'offramp_next_offset',
      'offramp_partitions_stopped',
    ]) {
      const both = [first, second].map(async ({ registry }) => Object.keys(await valuesOf(registry, name)));
      expect([name, (await Promise.all(both)).flat().sort()]).toEqual([name, ['0', '1', '2', '3']]);
    }
    await apps.pop()!.close();
    expect(await valuesOf(second.registry, 'offramp_lag_messages')).toEqual({});
  } finally {
    await log.close();
  }
}, 60_000);

it('shows how a partition that stands still falls behind', async () => {
  const { registry } = await start(temporary.log);
  const append = (...texts: string[]) => {
    const records = texts.map((text) => ({ key: '', value: Buffer.from(text) }));
    return temporary.log.append([{ topic: TOPICS.inbound, partition: 1, records }]);
  };
  await append('a');
  await until(async () => (await valuesOf(registry, 'offramp_next_offset'))['1'] === 1);
  await append('poison', 'b');
  await until(async () => (await valuesOf(registry, 'offramp_partitions_stopped'))['1'] === 1);
  await append('c', 'd');
  expect(await valuesOf(registry, 'offramp_lag_messages')).toEqual({ 0: 0, 1: 4, 2: 0, 3: 0 });
  const { 1: before } = await valuesOf(registry, 'offramp_lag_seconds');
  await until(async () => (await valuesOf(registry, 'offramp_lag_seconds'))['1']! > before!);
}, 60_000);
