import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { ReadModels, RebuildNeed } from '@offramp/read-models';
import { Gauge, LOGGER, type Logger, Readiness, Registry } from '@offramp/service';
import { READ_MODELS } from './tokens.js';

/**
 * Says that a rebuild is needed: in the log at the start, by `/readyz`, and as a metric. What is projected from here on is by the
 * rules of this program, so the process is ready and goes on; when the older rows follow is for an operator to choose, because a
 * rebuild costs a while of a machine's time.
 */
@Injectable()
export class OutdatedTables implements OnApplicationBootstrap {
  constructor(
    @Inject(READ_MODELS) private readonly readModels: ReadModels,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(Readiness) readiness: Readiness,
    @Inject(Registry) registry: Registry,
  ) {
    readiness.mention('read-models', async () => (await this.need())?.words);
    const outdated = async () => (await this.need())?.outdated.length ?? NaN;
    new Gauge({
      name: 'offramp_outdated_projections',
      help: 'Projections whose tables an older version has filled: a rebuild is needed where it is not 0',
      registers: [registry],
      async collect() {
        this.set(await outdated());
      },
    });
  }

  async onApplicationBootstrap(): Promise<void> {
    const need = await this.need();
    if (need?.words !== undefined) this.logger.warn({ projections: need.outdated }, need.words);
  }

  /** A database that cannot be asked now is told of by others. */
  private need(): Promise<RebuildNeed | undefined> {
    return this.readModels.rebuilds.need().catch(() => undefined);
  }
}
