import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type EventLog, mergedSource } from '@offramp/log';
import {
  type ReadModels,
  type RebuildProgress,
  type RebuildRunner,
  type RunResult,
  createRebuildRunner,
} from '@offramp/read-models';
import { EVENT_LOG, LOGGER, type Logger } from '@offramp/service';
import { READ_MODELS } from '../installation.js';

/** The rebuild of the read models, in this process. One that was under way when the process before ended goes on here. */
@Injectable()
export class Rebuild implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly runner: RebuildRunner;
  private goingOn: Promise<void> = Promise.resolve();

  constructor(
    @Inject(EVENT_LOG) log: EventLog,
    @Inject(READ_MODELS) readModels: ReadModels,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {
    this.runner = createRebuildRunner(readModels.rebuilds, mergedSource(log), (outcome) => this.tell(outcome));
  }

  onApplicationBootstrap(): void {
    const tell = (error: unknown) => this.logger.error({ err: error }, 'the rebuild does not go on');
    this.goingOn = this.runner.goOn().catch(tell);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.goingOn;
    await this.runner.stop();
  }

  progress(): Promise<RebuildProgress> {
    return this.runner.progress();
  }

  private tell(outcome: RunResult | Error): void {
    if (outcome instanceof Error) this.logger.error({ err: outcome }, 'the rebuild failed');
    else if (outcome.kind === 'interrupted') this.logger.info(`the rebuild was ${outcome.why}`);
    else this.logger.info({ equal: outcome.equal }, 'the rebuild is finished and compared');
  }
}
