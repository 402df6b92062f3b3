import type { DynamicModule, Type } from '@nestjs/common';
import { Module } from '@nestjs/common';
import type { EventLog } from '@offramp/log';
import type { Logger } from 'pino';
import { requireKeyBeyondLoopback } from '../access/key-before-others.js';
import type { Config } from '../config/config.js';
import { createHttpApp } from '../http/http-app.js';
import { Readiness } from '../readiness.js';
import { ServiceModule } from '../service.module.js';
import { closeInOrder, orClose } from './closing.js';
import { openConfiguredLog } from './configured-log.js';
import { PROCESS_EXIT, type RunningService, type ServiceContext, readConfig, runService } from './run-service.js';

/** One of the apps as a process of its own, in the distributed mode. */
export interface AppProcess {
  readonly name: 'ingest' | 'decider' | 'projector' | 'console';
  /** The port where OFFRAMP_PORT does not say another: so that all four run on one machine. */
  readonly port: number;
  open(context: AppContext): Promise<OpenApp>;
}

export interface AppContext {
  readonly config: Config;
  readonly logger: Logger;
  readonly log: EventLog;
}

export interface OpenApp {
  readonly module: DynamicModule | Type;
  /** Closed after the app, before the log. */
  close(): Promise<void>;
}

const INFO = { description: 'One of the processes of Offramp.', version: '0.1.0' };

/** Runs an app until it is asked to stop, or can't go on. Resolves with the exit code of the process. */
export async function runApp(environment: NodeJS.ProcessEnv, app: AppProcess): Promise<number> {
  const parsed = readConfig({ OFFRAMP_PORT: String(app.port), ...environment });
  if (parsed === undefined) return PROCESS_EXIT.badConfiguration;
  return runService(parsed, { name: `The ${app.name}`, start: (context) => startApp(app, context) });
}

async function startApp(app: AppProcess, { config, logger }: ServiceContext): Promise<RunningService> {
  const log = await openConfiguredLog(config, { name: app.name, logger });
  return orClose(log, async () => {
    await requireKeyBeyondLoopback(config, log);
    const opened = await app.open({ config, logger, log });
    return orClose(opened, () => serve(app, { config, logger, log, opened }));
  });
}

async function serve(
  { name }: AppProcess,
  { config, logger, log, opened }: AppContext & { readonly opened: OpenApp },
): Promise<RunningService> {
  class AppModule {}
  Module({ imports: [ServiceModule.forRoot({ config, log, logger }), opened.module] })(AppModule);
  const app = await createHttpApp(AppModule, { logger, info: { title: `Offramp ${name}`, ...INFO } });
  const readiness = app.get(Readiness);
  await app.startAllMicroservices();
  await app.listen(config.port, config.host);
  return {
    url: await app.getUrl(),
    failed: log.failed,
    async stop() {
      readiness.report('stop', 'the process is stopping');
      await app.close();
      await closeInOrder(opened, log);
    },
  };
}
