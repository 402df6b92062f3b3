import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import type { EventLog } from '@offramp/log';
import { ProjectorModule } from '@offramp/projector';
import { type TableChecksum, openReadModels } from '@offramp/read-models';
import { LogTransport, ServiceModule, createHttpApp, createLogger, parseConfig } from '@offramp/service';

/** The read models of a log, built anew from its beginning in a database of their own. */
export async function projectAgain(log: EventLog): Promise<readonly TableChecksum[]> {
  const dataDir = mkdtempSync(join(tmpdir(), 'offramp-again-'));
  const readModels = await openReadModels({ dataDir });
  const logger = createLogger('silent');
  const service = ServiceModule.forRoot({ config: parseConfig({}).config, log, logger });
  class ProjectingModule {}
  Module({ imports: [service, ProjectorModule.forRoot(readModels)] })(ProjectingModule);
  const app = await createHttpApp(ProjectingModule, { logger, info: { title: '', description: '', version: '0' } });
  try {
    await app.startAllMicroservices();
    await app.init();
    await app.get(LogTransport).settle();
    return await readModels.checksums();
  } finally {
    await app.close();
    await readModels.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}
