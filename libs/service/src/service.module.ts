import { type DynamicModule, Module } from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import type { EventLog } from '@offramp/log';
import type { Logger } from 'pino';
import { Registry, collectDefaultMetrics } from 'prom-client';
import { AccessGuard } from './access/access-guard.js';
import { AccessTailController } from './access/access-tail.controller.js';
import { KnownKeys } from './access/known-keys.js';
import type { Config } from './config/config.js';
import { DocsController } from './http/docs.controller.js';
import { HealthController } from './http/health.controller.js';
import { OpenApi } from './http/open-api.js';
import { Readiness } from './readiness.js';
import { RecordMetrics } from './record-metrics.js';
import { CONFIG, EVENT_LOG, LOGGER, NOW, type Now } from './tokens.js';
import type { BackOff } from './transport/back-off.js';
import { LogTransport } from './transport/log-transport.js';

export interface ServiceOptions {
  readonly config: Config;
  /** Open; whoever opened it closes it, after the app. */
  readonly log: EventLog;
  readonly logger: Logger;
  /** Default `Date.now`. */
  readonly now?: Now;
  /** Default `BACK_OFF`. */
  readonly backOff?: BackOff;
}

/** What all apps of a process share. Global: imported once, by whoever composes the process. */
@Module({})
export class ServiceModule {
  static forRoot({ config, log, logger, now = Date.now, backOff }: ServiceOptions): DynamicModule {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    const readiness = new Readiness();
    readiness.ask('storage', () => whyNoRoom(log));
    const transport = new LogTransport({ log, logger, readiness, registry, now, ...(backOff && { backOff }) });
    return {
      module: ServiceModule,
      global: true,
      controllers: [HealthController, DocsController, AccessTailController],
      providers: [
        OpenApi,
        KnownKeys,
        RecordMetrics,
        { provide: APP_GUARD, useClass: AccessGuard },
        { provide: CONFIG, useValue: config },
        { provide: EVENT_LOG, useValue: log },
        { provide: LOGGER, useValue: logger },
        { provide: NOW, useValue: now },
        { provide: Registry, useValue: registry },
        { provide: Readiness, useValue: readiness },
        { provide: LogTransport, useValue: transport },
      ],
      exports: [CONFIG, EVENT_LOG, LOGGER, NOW, Registry, Readiness, LogTransport, OpenApi, KnownKeys, RecordMetrics],
    };
  }
}

/** A server that refuses everything for want of room is asked by nobody to try again, so it looks by itself. */
async function whyNoRoom(log: EventLog): Promise<string | undefined> {
  try {
    await log.checkRoom();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : 'the room for the log is unknown';
  }
}
