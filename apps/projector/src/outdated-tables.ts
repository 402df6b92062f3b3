import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { ReadModels } from '@offramp/read-models';
import { LOGGER, type Logger } from '@offramp/service';
import { READ_MODELS } from './tokens.js';

/**
 * Says that a rebuild is needed. What is projected from here on is by the rules of this program, so the process is ready and
 * goes on; when the older rows follow is for an operator to choose, because a rebuild costs a while of a machine's time.
 */
@Injectable()
export class OutdatedTables implements OnApplicationBootstrap {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    const { outdated } = this.readModels;
    if (outdated.length === 0) return;
    this.logger.warn({ projections: outdated }, 'an older version has filled these tables: run `offramp rebuild`');
  }
}
