import 'reflect-metadata';
import type { EventLog } from '@offramp/log';
import type { ReadModels } from '@offramp/read-models';
import {
  LogTransport,
  Readiness,
  type RunningService,
  createHttpApp,
  requireKeyBeyondLoopback,
} from '@offramp/service';
import type { ServerOptions } from './installation.js';
import { StandaloneModule } from './standalone.module.js';

export const INFO = {
  title: 'Offramp',
  description: 'Ends an abusive conversation with an AI assistant as a last resort, and shows everyone afterwards why.',
};

export interface Opened {
  readonly log: EventLog;
  readonly readModels: ReadModels;
}

/** Starts the apps over what was opened for them, and resolves when all partitions have caught up. `stop` stops the apps only. */
export async function startApps(
  { config, logger, installation }: ServerOptions,
  { log, readModels }: Opened,
): Promise<RunningService> {
  await requireKeyBeyondLoopback(config, log);
  const module = StandaloneModule.forRoot({ config, log, readModels, logger, installation });
  const app = await createHttpApp(module, { logger, info: { ...INFO, version: installation.version } });
  const readiness = app.get(Readiness);
  readiness.report('start', 'the partitions are catching up');
  await app.startAllMicroservices();
  await app.listen(config.port, config.host);
  await app.get(LogTransport).settle();
  readiness.report('start', undefined);
  return {
    url: await app.getUrl(),
    failed: Promise.race([log.failed, readModels.failed]),
    async stop() {
      readiness.report('stop', 'the process is stopping');
      await app.close();
    },
  };
}
