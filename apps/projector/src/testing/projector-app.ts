import { Module } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type Content, contentCodec } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import type { ReadModels } from '@offramp/read-models';
import { ServiceModule, createHttpApp, createLogger, parseConfig } from '@offramp/service';
import { ProjectorModule } from '../projector.module.js';

const BACK_OFF = { firstMs: 1, maxMs: 10 };

/** A projector on a real log and real read models, running. Whoever opened those closes them, after it. */
export async function startProjector(log: EventLog, readModels: ReadModels): Promise<NestFastifyApplication> {
  const logger = createLogger('silent');
  const { config } = parseConfig({});
  const service = ServiceModule.forRoot({ config, log, logger, backOff: BACK_OFF });
  class ProjectingModule {}
  Module({ imports: [service, ProjectorModule.forRoot(readModels)] })(ProjectingModule);
  const info = { title: 'Projector', description: '', version: '0' };
  const started = await createHttpApp(ProjectingModule, { logger, info });
  await started.startAllMicroservices();
  await started.init();
  return started;
}

/** How many texts the read models hold. */
export async function textsIn(readModels: ReadModels): Promise<number> {
  const all = await readModels.checksums();
  return all.find(({ table }) => table === 'contents')!.rows;
}

/** The text of a message, as it stands on `content.v1`. */
export function storedText(messageId: string): Buffer {
  return contentCodec.encode({
    specversion: '1.0',
    id: `default/t1/${messageId}/message`,
    source: 'default',
    subject: 't1',
    type: 'offramp.content.stored.v1',
    time: '2026-01-01T00:00:00.000Z',
    data: { kind: 'message', eventId: `default/t1/${messageId}`, messageId, text: 'x' },
  } as Content<'ContentStored'>);
}
