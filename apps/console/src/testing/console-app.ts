import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { ContentEvent } from '@offramp/events';
import { openTemporaryLog } from '@offramp/log';
import { type Entry, type ReadModels, openReadModels } from '@offramp/read-models';
import { ServiceModule, createHttpApp, createLogger, parseConfig } from '@offramp/service';
import 'reflect-metadata';
import { ConsoleModule } from '../console.module.js';
import { tell } from './history.js';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** The console over real read models on the embedded Postgres, which hold the history of `tell`. */
export interface TestConsole {
  readonly app: NestFastifyApplication;
  readonly readModels: ReadModels;
  /** The history. */
  readonly entries: readonly Entry[];
  get(url: string, accept?: string): Promise<Answer>;
  /** The body of a 200. */
  json<Body>(url: string): Promise<Body>;
  /** Projects what came after the history: offsets go on from its end. */
  project(entries: readonly Entry[]): Promise<void>;
  /** Stores what came on content.v1 after the history. */
  storeTexts(contents: readonly ContentEvent[]): Promise<void>;
  close(): Promise<void>;
}

export async function startConsole(): Promise<TestConsole> {
  const dataDir = await mkdtemp(join(tmpdir(), 'offramp-console-'));
  const readModels = await openReadModels({ dataDir });
  const temporary = await openTemporaryLog();
  const told = tell();
  const project = projectorOf(readModels, await readModels.events.claim(0));
  await project(told.entries);
  const storeTexts = (contents: readonly ContentEvent[]) => storeContents(readModels, contents);
  await storeTexts(told.contents);
  const { config } = parseConfig({});
  const logger = createLogger('silent');
  class TestModule {}
  Module({
    imports: [ServiceModule.forRoot({ config, log: temporary.log, logger }), ConsoleModule.forRoot(readModels)],
  })(TestModule);
  const app = await createHttpApp(TestModule, { logger, info: { title: 'Console', description: '', version: '0' } });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');

  async function get(url: string, accept?: string): Promise<Answer> {
    const answer = await app.inject({ method: 'GET', url, headers: accept === undefined ? {} : { accept } });
    return { status: answer.statusCode, headers: answer.headers, text: answer.body };
  }

  return {
    app,
    readModels,
    entries: told.entries,
    get,
    async json<Body>(url: string) {
      const { status, text } = await get(url);
      if (status !== 200) throw new Error(`${url}: ${status} ${text}`);
      return JSON.parse(text) as Body;
    },
    project,
    storeTexts,
    async close() {
      await app.close();
      await readModels.close();
      await temporary.destroy();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

function projectorOf({ events }: ReadModels, { epoch, cursor }: { epoch: number; cursor: { inbound: number } }) {
  let from = cursor.inbound;
  return async (entries: readonly Entry[]): Promise<void> => {
    const inbound = from + entries.length;
    const applied = await events.apply({ partition: 0, epoch, from, entries, next: { inbound, decisions: inbound } });
    if (applied.kind !== 'applied') throw new Error(`The batch was not applied: ${applied.kind}`);
    from = inbound;
  };
}

async function storeContents({ contents }: ReadModels, events: readonly ContentEvent[]): Promise<void> {
  const { epoch, next: from } = await contents.claim(0);
  const entries = events.map((event, i) => ({ offset: from + i, event }));
  await contents.apply({ partition: 0, epoch, from, entries, next: from + entries.length });
}
