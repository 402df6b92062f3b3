import 'reflect-metadata';
import { type EventLog, openEmbeddedLog } from '@offramp/log';
import { type ReadModels, openReadModels } from '@offramp/read-models';
import {
  type Config,
  type Logger,
  LogTransport,
  Readiness,
  type RunningService,
  closeInOrder,
  createHttpApp,
  orClose,
  requireKeyBeyondLoopback,
} from '@offramp/service';
import type { Installation } from './installation.js';
import { StandaloneModule } from './standalone.module.js';

export interface ServerOptions {
  readonly config: Config;
  readonly logger: Logger;
  readonly installation: Installation;
}

export const INFO = {
  title: 'Offramp',
  description: 'Ends an abusive conversation with an AI assistant as a last resort, and shows everyone afterwards why.',
};

/** Opens what the apps stand on, starts them, and resolves when all partitions have caught up. */
export async function startServer(options: ServerOptions): Promise<RunningService> {
  const { dataDir, partitions } = options.config;
  const log = await openEmbeddedLog({ dir: dataDir, partitions });
  await orClose(log, () => requireKeyBeyondLoopback(options.config, log));
  const readModels = await orClose(log, () => openReadModels({ dataDir }));
  const closeAll = { close: () => closeInOrder(readModels, log) };
  return orClose(closeAll, () => serve(options, { log, readModels }));
}

interface Opened {
  readonly log: EventLog;
  readonly readModels: ReadModels;
}

async function serve(
  { config, logger, installation }: ServerOptions,
  { log, readModels }: Opened,
): Promise<RunningService> {
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
      await closeInOrder(readModels, log);
    },
  };
}
