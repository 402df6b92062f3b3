import 'reflect-metadata';
import { openEmbeddedLog } from '@offramp/log';
import { type Config, LogTransport, Readiness, type createLogger, createHttpApp } from '@offramp/service';
import type { Installation } from './installation.js';
import { StandaloneModule } from './standalone.module.js';

export interface ServerOptions {
  readonly config: Config;
  readonly logger: ReturnType<typeof createLogger>;
  readonly installation: Installation;
}

export interface Server {
  /** `http://address:port`. */
  readonly url: string;
  /** Resolves with the reason when the server can't go on. */
  readonly failed: Promise<Error>;
  /** Takes no more requests, finishes those that are there, and closes everything in order. */
  stop(): Promise<void>;
}

const INFO = {
  title: 'Offramp',
  description: 'Ends an abusive conversation with an AI assistant as a last resort, and shows everyone afterwards why.',
};
/** Opens what the apps stand on, starts them, and resolves when all partitions have caught up. */
export async function startServer({ config, logger, installation }: ServerOptions): Promise<Server> {
  const { dataDir: dir } = config;
  const log = await openEmbeddedLog({ dir, partitions: config.partitions });
  const module = StandaloneModule.forRoot({ config, log, logger, installation });
  const app = await createHttpApp(module, { logger, info: { ...INFO, version: installation.version } });
  const readiness = app.get(Readiness);
  readiness.report('start', 'the partitions are catching up');
  await app.startAllMicroservices();
  await app.listen(config.port, config.host);
  const transport = app.get(LogTransport);
  await transport.settle();
  readiness.report('start', undefined);
  return {
    url: await app.getUrl(),
    failed: new Promise(() => {}),
    async stop() {
      readiness.report('stop', 'the process is stopping');
      await app.close();
      await log.close();
    },
  };
}
