import { Controller, type INestMicroservice, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TOPICS } from '@offramp/events';
import { type EventLog, LogError, type TemporaryLog, openTemporaryLog } from '@offramp/log';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import { Readiness } from '../readiness.js';
import { type Batch, BatchHandler } from './batch-handler.js';
import { LogTransport } from './log-transport.js';

let temporary: TemporaryLog;
let log: EventLog;
let app: INestMicroservice;
/** What was handled, in order. */
let seen: string[];
/** What the first calls were told. */
let positions: (number | undefined)[];
let failures: Error[];

beforeEach(async () => {
  [seen, positions, failures] = [[], [], []];
  temporary = await openTemporaryLog({ partitions: 1 });
  ({ log } = temporary);
});

afterEach(async () => {
  await app.close();
  await temporary.destroy();
});

@Controller()
class Taker {
  @BatchHandler({ topic: TOPICS.raw, group: 'taker', startsAtPosition: true, maxRecords: 2 })
  async take({ records, assigned, revoked, position }: Batch): Promise<number> {
    if (revoked) return 0;
    if (assigned) {
      positions.push(position);
      return position ?? 0;
    }
    const failure = failures.shift();
    if (failure !== undefined) throw failure;
    seen.push(...records.map(({ value }) => value.toString()));
    return records.at(-1)!.offset + 1;
  }
}

async function start(controller: Type = Taker): Promise<LogTransport> {
  const options = { logger: pino({ level: 'silent' }), readiness: new Readiness(), registry: new Registry() };
  const transport = new LogTransport({ log, ...options, now: Date.now, backOff: { firstMs: 1, maxMs: 4 } });
  class TestModule {}
  Module({ controllers: [controller] })(TestModule);
  app = await NestFactory.createMicroservice(TestModule, { strategy: transport, logger: false });
  await app.listen();
  return transport;
}

function append(...texts: string[]): Promise<readonly number[]> {
  const records = texts.map((text) => ({ key: '', value: Buffer.from(text) }));
  return log.append([{ topic: TOPICS.raw, partition: 0, records }]);
}

it('a handler that starts at its position goes on where the one before it was, over a restart', async () => {
  await append('a', 'b', 'c');
  await (await start()).settle();
  await app.close();
  log = await temporary.reopen();
  await append('d');
  await (await start()).settle();
  expect(seen).toEqual(['a', 'b', 'c', 'd']);
  expect(positions).toEqual([undefined, 3]);
});

it('after a failure it goes on after what it had handled, kept in the group or not', async () => {
  await append('a', 'b', 'c');
  const transport = await start();
  failures = [new LogError('a leader moves', true)];
  await transport.settle();
  failures = [new LogError('a leader moves', true)];
  await append('d');
  await transport.settle();
  expect(seen).toEqual(['a', 'b', 'c', 'd']);
  expect(positions).toEqual([undefined, undefined, 3]);
});

it('a position that cannot be kept stops nobody', async () => {
  const join = log.join.bind(log);
  log.join = async (group, listener) => {
    const membership = await join(group, listener);
    return { ...membership, keepPosition: () => Promise.reject(new LogError('no coordinator', true)) };
  };
  await append('a', 'b', 'c');
  await (await start()).settle();
  expect(seen).toEqual(['a', 'b', 'c']);
  await app.close();
  await (await start()).settle();
  expect(seen).toEqual(['a', 'b', 'c', 'a', 'b', 'c']);
});
