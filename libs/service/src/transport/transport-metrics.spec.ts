import { Controller, type INestMicroservice, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TOPICS } from '@offramp/events';
import { LogError, type TemporaryLog, openTemporaryLog } from '@offramp/log';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import { Readiness } from '../readiness.js';
import { type Batch, BatchHandler } from './batch-handler.js';
import { LogTransport } from './log-transport.js';

let temporary: TemporaryLog;
let app: INestMicroservice | undefined;
let transport: LogTransport;
let registry: Registry;
let readiness: Readiness;
let now: () => number;

beforeEach(async () => {
  now = Date.now;
  temporary = await openTemporaryLog();
});

afterEach(async () => {
  await app?.close();
  app = undefined;
  await temporary.destroy();
});

async function start(controller: Type): Promise<void> {
  registry = new Registry();
  readiness = new Readiness();
  const logger = pino({ level: 'silent' });
  const backOff = { firstMs: 1, maxMs: 4 };
  transport = new LogTransport({ log: temporary.log, logger, readiness, registry, backOff, now: () => now() });
  class TestModule {}
  Module({ controllers: [controller] })(TestModule);
  app = await NestFactory.createMicroservice(TestModule, { strategy: transport, logger: false });
  await app.listen();
}

async function append(partition: number, ...texts: string[]): Promise<void> {
  const records = texts.map((text) => ({ key: '', value: Buffer.from(text) }));
  await temporary.log.append([{ topic: TOPICS.inbound, partition, records }]);
}

/** The value of a metric for inbound.v1 in a partition; undefined where there is no such series. */
async function value(name: string, partition: number): Promise<number | undefined> {
  const metric = await registry.getSingleMetric(name)!.get();
  return metric.values.find(({ labels }) => labels['partition'] === String(partition))?.value;
}

function take({ records }: Batch): Promise<number> {
  if (records.some(({ value: bytes }) => bytes.toString() === 'poison')) return Promise.reject(new Error('unknown'));
  return Promise.resolve((records.at(-1)?.offset ?? -1) + 1);
}

@Controller()
class Reader {
  @BatchHandler({ topic: TOPICS.inbound, group: 'reader', maxRecords: 10 })
  read(batch: Batch): Promise<number> {
    return take(batch);
  }
}

it('shows where each partition stands, and no lag where all is handled, also while nothing comes', async () => {
  await append(0, 'a', 'b', 'c');
  await start(Reader);
  await transport.settle();
  now = () => Date.now() + 3_600_000;
  expect([await value('offramp_next_offset', 0), await value('offramp_next_offset', 1)]).toEqual([3, 0]);
  expect([await value('offramp_lag_messages', 0), await value('offramp_lag_seconds', 0)]).toEqual([0, 0]);
  expect((await registry.getSingleMetric('offramp_partitions_owned')!.get()).values).toMatchObject([
    { labels: { group: 'reader' }, value: 2 },
  ]);
});

it('shows how far a partition that stands still is behind, as the log goes on', async () => {
  await append(0, 'a');
  await start(Reader);
  await transport.settle();
  await append(0, 'poison', 'b');
  await transport.settle();
  await append(0, 'c');
  const [poison] = (await temporary.log.read(TOPICS.inbound, 0, 1)).records;
  now = () => poison!.timestamp + 7_500;
  expect(await value('offramp_partitions_stopped', 0)).toBe(1);
  expect(await value('offramp_partitions_stopped', 1)).toBe(0);
  expect(await value('offramp_next_offset', 0)).toBe(1);
  expect(await value('offramp_lag_messages', 0)).toBe(3);
  expect(await value('offramp_lag_seconds', 0)).toBe(7.5);
  expect(await value('offramp_batch_failures_total', 0)).toBe(1);
  expect(await value('offramp_batch_retries_total', 0)).toBe(0);
});

it('shows where within a batch a handler has stopped, as it says', async () => {
  @Controller()
  class Careful {
    @BatchHandler({ topic: TOPICS.inbound, group: 'careful', partitions: [0] })
    read(batch: Batch): Promise<number> {
      const stop = batch.records.find(({ value: bytes }) => bytes.toString() === 'poison');
      if (stop === undefined) return take(batch);
      return Promise.reject(Object.assign(new Error('unknown'), { handledTo: stop.offset }));
    }
  }
  await append(0, 'a', 'b', 'poison', 'c');
  await start(Careful);
  await transport.settle();
  expect([await value('offramp_next_offset', 0), await value('offramp_lag_messages', 0)]).toEqual([2, 2]);
});

it('shows a partition that stands at an offset that is gone', async () => {
  @Controller()
  class Late {
    @BatchHandler({ topic: TOPICS.content, group: 'late', partitions: [0] })
    read(batch: Batch): Promise<number> {
      return take(batch);
    }
  }
  await temporary.log.append([
    { topic: TOPICS.content, partition: 0, records: [{ key: '', value: Buffer.from('a') }] },
  ]);
  await temporary.log.trim(TOPICS.content, 0, Number.MAX_SAFE_INTEGER);
  await start(Late);
  await transport.settle();
  expect(await value('offramp_partitions_stopped', 0)).toBe(1);
  expect(await value('offramp_lag_messages', 0)).toBe(1);
});

it('shows how far the batch in hand is behind, and how long a handler takes to start and to handle', async () => {
  let release = (): void => undefined;
  const gates: Promise<void>[] = [];
  const gate = () => gates.push(new Promise((resolve) => void (release = resolve)));
  let arrived = (): void => undefined;
  const arrival = () => new Promise<void>((resolve) => void (arrived = resolve));

  @Controller()
  class Slow {
    @BatchHandler({ topic: TOPICS.inbound, group: 'slow', partitions: [0], maxRecords: 2 })
    async read(batch: Batch): Promise<number> {
      arrived();
      await gates.shift();
      return take(batch);
    }
  }
  gate();
  const restoring = arrival();
  await append(0, 'a', 'b', 'c');
  await start(Slow);
  await restoring;
  expect(await value('offramp_lag_messages', 0)).toBeUndefined();
  const handling = arrival();
  const finishRestoring = release;
  gate();
  const before = performance.now();
  await append(1, 'a moment that passes while the partition is restored');
  const seconds = (performance.now() - before) / 1000;
  finishRestoring();
  await handling;
  const [first] = (await temporary.log.read(TOPICS.inbound, 0, 0)).records;
  now = () => first!.timestamp + 2000;
  expect([await value('offramp_lag_messages', 0), await value('offramp_lag_seconds', 0)]).toEqual([3, 2]);
  expect(await value('offramp_partition_restore_seconds', 0)).toBeGreaterThanOrEqual(seconds);
  release();
  await transport.settle();
  const text = await registry.metrics();
  expect(text).toContain('offramp_batch_records_bucket{le="1",topic="inbound.v1",group="slow"} 1');
  expect(text).toContain('offramp_batch_records_bucket{le="10",topic="inbound.v1",group="slow"} 2');
  expect(text).toContain('offramp_batch_records_sum{topic="inbound.v1",group="slow"} 3');
  expect(text).toContain('offramp_batch_seconds_count{topic="inbound.v1",group="slow"} 2');
});

it('counts what failed and was tried again', async () => {
  let failures = 2;
  @Controller()
  class Failing {
    @BatchHandler({ topic: TOPICS.inbound, group: 'failing', partitions: [0] })
    read(batch: Batch): Promise<number> {
      if (batch.records.length > 0 && failures-- > 0) return Promise.reject(new LogError('not now', true));
      return take(batch);
    }
  }
  await append(0, 'a');
  await start(Failing);
  await transport.settle();
  expect([await value('offramp_batch_failures_total', 0), await value('offramp_batch_retries_total', 0)]).toEqual([
    2, 2,
  ]);
  expect(await value('offramp_records_handled_total', 0)).toBe(1);
});

it('says nothing more of a partition that is given up, of its alarm neither', async () => {
  await append(0, 'poison');
  await start(Reader);
  await transport.settle();
  expect(readiness.causes).toHaveLength(1);
  await transport.close();
  const names = ['lag_messages', 'lag_seconds', 'next_offset', 'partitions_stopped', 'partition_restore_seconds'];
  expect(await Promise.all(names.map((name) => value(`offramp_${name}`, 0)))).toEqual(names.map(() => undefined));
  expect((await registry.getSingleMetric('offramp_partitions_owned')!.get()).values[0]!.value).toBe(0);
  expect(readiness.causes).toEqual([]);
});
