import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Assessor } from '@offramp/assess';
import { type Decision, TOPICS, type Topic, decisionsCodec, position, threadKey } from '@offramp/events';
import { type EventLog, type TemporaryLog, openTemporaryLog } from '@offramp/log';
import { LogTransport, ServiceModule, createHttpApp, createLogger, parseConfig } from '@offramp/service';
import 'reflect-metadata';
import { IngestModule } from '../ingest.module.js';
import type { DatabaseClock, DecisionPlace } from '../tokens.js';

/** The clock of a test stands still. */
export const TIME = '2026-11-23T06:24:30.123Z';
export const TENANT = 'default';

/** On either kind of log. */
type TestLog = Pick<TemporaryLog, 'log' | 'destroy'>;

export interface TestIngestOptions {
  readonly environment?: Readonly<Record<string, string>>;
  readonly assessor?: Assessor;
  readonly decisions?: ReadonlyMap<string, DecisionPlace>;
  /** Default: a new one. It is destroyed with the ingest. */
  readonly temporary?: TestLog;
  /** Default: always `TIME`. */
  readonly now?: () => number;
  readonly databaseClock?: DatabaseClock;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: Record<string, unknown>;
}

export interface Row {
  readonly position: string;
  readonly key: string;
  readonly event: { readonly id: string; readonly type: string; readonly subject: string; readonly data: Data };
}
type Data = Readonly<Record<string, unknown>>;

/** The ingest alone, over a real log: decisions are written by the test, as a decider would. */
export interface TestIngest {
  readonly app: NestFastifyApplication;
  readonly log: EventLog;
  readonly port: number;
  ask(method: 'GET' | 'POST' | 'DELETE', url: string, call?: Call): Promise<Answer>;
  /** All of a topic, partitions in order. */
  read(topic: Topic): Promise<Row[]>;
  /** Writes decisions about an input, as a decider would, and then Progress up to it. */
  decide(at: { partition: number; offset: number }, ...decisions: readonly TestDecision[]): Promise<void>;
  /** Resolves when everything on the log was read. */
  settle(): Promise<void>;
  /** Ends this one and starts another on the same log. */
  restart(): Promise<TestIngest>;
  close(): Promise<void>;
}

export interface Call {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface TestDecision {
  readonly id?: string;
  readonly type: string;
  readonly subject?: string;
  readonly data: Data;
}

export async function startIngest(options: TestIngestOptions = {}): Promise<TestIngest> {
  return startOn(options.temporary ?? (await openTemporaryLog()), options);
}

async function startOn(temporary: TestLog, options: TestIngestOptions): Promise<TestIngest> {
  const { log } = temporary;
  const { config } = parseConfig(options.environment ?? {});
  const logger = createLogger('silent');
  const service = ServiceModule.forRoot({ config, log, logger, now: options.now ?? (() => Date.parse(TIME)) });
  const findDecision = (_tenant: string, id: string) => Promise.resolve(options.decisions?.get(id));
  class TestModule {}
  const { assessor, databaseClock } = options;
  const ingest = IngestModule.forRoot({ assessor, findDecision, ...(databaseClock && { databaseClock }) });
  Module({ imports: [service, ingest] })(TestModule);
  const app = await createHttpApp(TestModule, { logger, info: { title: 'Ingest', description: '', version: '0' } });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  const transport = app.get(LogTransport);
  await transport.settle();

  async function decide(
    { partition, offset }: { partition: number; offset: number },
    ...decisions: readonly TestDecision[]
  ): Promise<void> {
    const origin = position(partition, offset);
    const records = decisions.map((decision, index) => ({
      key: threadKey(TENANT, decision.subject ?? 't1'),
      value: decisionsCodec.encode({
        specversion: '1.0',
        id: '0'.repeat(31) + String(index),
        source: TENANT,
        subject: 't1',
        time: TIME,
        ...decision,
        data: { position: origin, index, ...decision.data },
      } as unknown as Decision<'RedirectAdvised'>),
    }));
    records.push({ key: '', value: progressAt(origin) });
    await log.append([{ topic: TOPICS.decisions, partition, records }]);
  }

  return {
    app,
    log,
    port: (app.getHttpServer().address() as AddressInfo).port,
    async ask(method, url, { body, headers = {} } = {}) {
      const isText = typeof body === 'string' || Buffer.isBuffer(body);
      const payload = isText ? body : body === undefined ? undefined : JSON.stringify(body);
      const type = payload === undefined ? {} : { 'content-type': 'application/json' };
      const answer = await app.inject({ method, url, headers: { ...type, ...headers }, ...(payload && { payload }) });
      const json = (answer.body === '' ? {} : JSON.parse(answer.body)) as Answer['body'];
      return { status: answer.statusCode, headers: answer.headers, body: json };
    },
    async read(topic) {
      const rows: Row[] = [];
      for (let partition = 0; partition < log.partitions; partition++) {
        const { records } = await log.read(topic, partition, 0);
        for (const { offset, key, value } of records) {
          rows.push({
            position: position(partition, offset),
            key,
            event: JSON.parse(value.toString()) as Row['event'],
          });
        }
      }
      return rows;
    },
    decide,
    settle: () => transport.settle(),
    async restart() {
      await app.close();
      return startOn(temporary, options);
    },
    async close() {
      await app.close();
      await temporary.destroy();
    },
  };
}

function progressAt(origin: ReturnType<typeof position>): Buffer {
  return decisionsCodec.encode({
    specversion: '1.0',
    id: `progress-${origin}`,
    source: 'offramp',
    subject: '',
    type: 'offramp.progress.reached.v1',
    time: TIME,
    data: { position: origin, time: TIME },
  });
}
