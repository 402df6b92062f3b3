import { Controller, type INestMicroservice, Module, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { TOPICS, type Topic } from '@offramp/events';
import { LogError, OffsetOutOfRange, type TemporaryLog, openTemporaryLog } from '@offramp/log';
import { pino } from 'pino';
import { Registry } from 'prom-client';
import 'reflect-metadata';
import { Readiness } from '../readiness.js';
import { type Batch, BatchHandler } from './batch-handler.js';
import { LogTransport } from './log-transport.js';

const BACK_OFF = { firstMs: 1, maxMs: 4 };

let temporary: TemporaryLog;
let app: INestMicroservice | undefined;
let transport: LogTransport;
let readiness: Readiness;
let registry: Registry;
/** What was handled, in order, as `partition:text`. */
let seen: string[];
let calls: Batch[];

beforeEach(async () => {
  seen = [];
  calls = [];
  temporary = await openTemporaryLog();
});

afterEach(async () => {
  await app?.close();
  app = undefined;
  await temporary.destroy();
});

async function start(controller: Type): Promise<void> {
  readiness = new Readiness();
  registry = new Registry();
  const logger = pino({ level: 'silent' });
  transport = new LogTransport({ log: temporary.log, logger, readiness, registry, backOff: BACK_OFF });
  class TestModule {}
  Module({ controllers: [controller] })(TestModule);
  app = await NestFactory.createMicroservice(TestModule, { strategy: transport, logger: false });
  await app.listen();
}

function append(topic: Topic, partition: number, ...texts: string[]): Promise<readonly number[]> {
  const records = texts.map((text) => ({ key: '', value: Buffer.from(text) }));
  return temporary.log.append([{ topic, partition, records }]);
}

function take(batch: Batch): number {
  for (const { value } of batch.records) seen.push(`${batch.partition}:${value.toString()}`);
  return (batch.records.at(-1)?.offset ?? -1) + 1;
}

async function metric(name: string): Promise<string[]> {
  return (await registry.metrics()).split('\n').filter((line) => line.startsWith(`${name}{`));
}

describe('a handler', () => {
  @Controller()
  class Reader {
    @BatchHandler({ topic: TOPICS.inbound, group: 'reader', maxRecords: 2 })
    read(batch: Batch): Promise<number> {
      calls.push(batch);
      return Promise.resolve(batch.assigned && batch.partition === 0 ? 1 : take(batch));
    }
  }

  it('is first asked where to start, then gets the records of a partition in order, and is told when it is over', async () => {
    await append(TOPICS.inbound, 0, 'a', 'b', 'c', 'd');
    await start(Reader);
    await transport.settle();
    await append(TOPICS.inbound, 0, 'e');
    await transport.settle();
    await app!.close();
    expect(seen).toEqual(['0:b', '0:c', '0:d', '0:e']);
    const first = calls.filter((batch) => batch.partition === 0);
    expect(first.map(({ assigned, revoked, records, end }) => [assigned, revoked, records.length, end])).toEqual([
      [true, false, 0, 0],
      [false, false, 2, 4],
      [false, false, 1, 4],
      [false, false, 1, 5],
      [false, true, 0, 5],
    ]);
    expect(first.at(-1)!.signal.aborted).toBe(true);
  });

  it('shows in metrics what it has done', async () => {
    await append(TOPICS.inbound, 1, 'a', 'b', 'c');
    await start(Reader);
    await transport.settle();
    const labels = 'topic="inbound.v1",group="reader",partition="1"';
    expect(await metric('offramp_records_handled_total')).toContain(`offramp_records_handled_total{${labels}} 3`);
    expect(await metric('offramp_lag_messages')).toContain(`offramp_lag_messages{${labels}} 0`);
    expect(await metric('offramp_partitions_stopped')).toContain(`offramp_partitions_stopped{${labels}} 0`);
  });
});

describe('settle', () => {
  @Controller()
  class Chain {
    @BatchHandler({ topic: TOPICS.inbound, group: 'first', lingerMs: 60_000 })
    async first(batch: Batch): Promise<number> {
      if (batch.records.length > 0) await append(TOPICS.decisions, batch.partition, `${batch.records.length} more`);
      return take(batch);
    }

    @BatchHandler({ topic: TOPICS.decisions, group: 'second' })
    second(batch: Batch): Promise<number> {
      return Promise.resolve(take(batch));
    }
  }

  it('waits for what handlers write for each other, and for nobody who lingers', async () => {
    await start(Chain);
    await append(TOPICS.inbound, 1, 'a', 'b');
    await transport.settle();
    expect(seen).toEqual(['1:a', '1:b', '1:2 more']);
  });

  it('is done at once where nothing is there', async () => {
    await start(Chain);
    await transport.settle();
    expect(seen).toEqual([]);
  });
});

describe('lingering', () => {
  @Controller()
  class Lingerer {
    @BatchHandler({
      topic: TOPICS.inbound,
      group: 'lingerer',
      partitions: [0],
      lingerMs: 60_000,
      maxRecords: 3,
      urgent: (record) => {
        looked?.();
        return record.value.toString() === 'now';
      },
    })
    read(batch: Batch): Promise<number> {
      calls.push(batch);
      if (batch.records.length > 0) handled?.();
      return Promise.resolve(take(batch));
    }
  }

  let handled: (() => void) | undefined;
  let looked: (() => void) | undefined;
  const nextBatch = () => new Promise<void>((resolve) => void (handled = resolve));

  it('ends when the batch is full', async () => {
    await start(Lingerer);
    const batch = nextBatch();
    for (const text of ['a', 'b', 'c', 'd']) await append(TOPICS.inbound, 0, text);
    await batch;
    expect(seen).toEqual(['0:a', '0:b', '0:c']);
  });

  it('ends when a record is urgent', async () => {
    await start(Lingerer);
    const batch = nextBatch();
    for (const text of ['a', 'now']) await append(TOPICS.inbound, 0, text);
    await batch;
    expect(seen).toEqual(['0:a', '0:now']);
  });

  it('ends when the transport closes, and handles what it has', async () => {
    await start(Lingerer);
    const lingering = new Promise<void>((resolve) => void (looked = resolve));
    await append(TOPICS.inbound, 0, 'a');
    await lingering;
    await app!.close();
    expect(seen).toEqual(['0:a']);
    expect(calls.at(-1)!.revoked).toBe(true);
  });
});

describe('a failure', () => {
  let failures: Error[] = [];

  @Controller()
  class Failing {
    @BatchHandler({ topic: TOPICS.inbound, group: 'failing' })
    read(batch: Batch): Promise<number> {
      if (batch.partition === 0) calls.push(batch);
      const failure = batch.partition === 0 && batch.records.length > 0 ? failures.shift() : undefined;
      return failure === undefined ? Promise.resolve(take(batch)) : Promise.reject(failure);
    }
  }

  it('that may pass is tried again, from where the handler says', async () => {
    failures = Array.from({ length: 6 }, () => new LogError('no room', true));
    await append(TOPICS.inbound, 0, 'a');
    await start(Failing);
    await transport.settle();
    expect(failures).toEqual([]);
    expect(seen).toEqual(['0:a']);
    expect(calls.filter(({ assigned }) => assigned)).toHaveLength(7);
    expect(readiness.causes).toEqual([]);
    const labels = 'topic="inbound.v1",group="failing",partition="0"';
    expect(await metric('offramp_batch_retries_total')).toContain(`offramp_batch_retries_total{${labels}} 6`);
  });

  it('that stays stops its partition with an alarm, and no other', async () => {
    failures = [new Error('an unknown event')];
    await append(TOPICS.inbound, 0, 'a');
    await append(TOPICS.inbound, 1, 'b');
    await start(Failing);
    await transport.settle();
    await append(TOPICS.inbound, 0, 'c');
    await append(TOPICS.inbound, 1, 'd');
    await transport.settle();
    expect(seen).toEqual(['1:b', '1:d']);
    expect(readiness.causes).toEqual([{ part: 'failing of inbound.v1 0', cause: 'stopped: an unknown event' }]);
    const stopped = await metric('offramp_partitions_stopped');
    expect(stopped.map((line) => line.slice(-1))).toEqual(['1', '0']);
    expect(calls.at(-1)!.revoked).toBe(true);
  });
});

describe('an answer that makes no sense', () => {
  it.each([
    ['an offset beyond the end', 7],
    ['the same records again', 0],
    ['no number', Number.NaN],
  ])('stops the partition: %s', async (_name, answer) => {
    @Controller()
    class Confused {
      @BatchHandler({ topic: TOPICS.inbound, group: 'confused', partitions: [0] })
      read(batch: Batch): Promise<number> {
        return Promise.resolve(batch.assigned ? 0 : answer);
      }
    }
    await append(TOPICS.inbound, 0, 'a');
    await start(Confused);
    await transport.settle();
    expect(readiness.causes).toHaveLength(1);
  });

  it('is an offset that was removed, and is never reset silently', async () => {
    @Controller()
    class Late {
      @BatchHandler({ topic: TOPICS.content, group: 'late', partitions: [0] })
      read(batch: Batch): Promise<number> {
        return Promise.resolve(take(batch));
      }
    }
    await append(TOPICS.content, 0, 'a');
    await temporary.log.trim(TOPICS.content, 0, Number.MAX_SAFE_INTEGER);
    await start(Late);
    await transport.settle();
    expect(readiness.causes[0]!.cause).toBe(
      `stopped: ${new OffsetOutOfRange(TOPICS.content, 0, 0, { start: 1, end: 1 }).message}`,
    );
  });
});

describe('two handlers', () => {
  it('of every partition read side by side, each from its own offset', async () => {
    @Controller()
    class Tail {
      @BatchHandler({ topic: TOPICS.decisions, group: 'tail', everyPartition: true })
      async read(batch: Batch): Promise<number> {
        if (!batch.assigned) return take(batch);
        return (await temporary.log.bounds(batch.topic, batch.partition)).end;
      }

      @BatchHandler({ topic: TOPICS.inbound, group: 'tail', everyPartition: true, partitions: [1] })
      readInbound(batch: Batch): Promise<number> {
        return Promise.resolve(take(batch));
      }
    }
    await append(TOPICS.decisions, 0, 'before');
    await append(TOPICS.inbound, 0, 'not of interest');
    await append(TOPICS.inbound, 1, 'from the start');
    await start(Tail);
    await transport.settle();
    await append(TOPICS.decisions, 0, 'after');
    await transport.settle();
    expect(seen).toEqual(['1:from the start', '0:after']);
  });

  it('of the same topic and group are refused', async () => {
    @Controller()
    class Twice {
      @BatchHandler({ topic: TOPICS.inbound, group: 'twice' })
      one(): Promise<number> {
        return Promise.resolve(0);
      }

      @BatchHandler({ topic: TOPICS.inbound, group: 'twice' })
      two(): Promise<number> {
        return Promise.resolve(0);
      }
    }
    await expect(start(Twice)).rejects.toThrow('twice of inbound.v1 has two handlers; the group needs another name');
  });
});
