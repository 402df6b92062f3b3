import { type DynamicModule, Module } from '@nestjs/common';
import type { ReadModels } from '@offramp/read-models';
import { ContentExpiry } from './content-expiry.js';
import { OutdatedTables } from './outdated-tables.js';
import { ParkedMetric } from './parked-metric.js';
import { ProjectionMetrics } from './projection-metrics.js';
import { ProjectorController } from './projector.controller.js';
import { READ_MODELS } from './tokens.js';

/** Builds the read models. `ServiceModule` provides the log, the configuration and the clock. */
@Module({})
export class ProjectorModule {
  static forRoot(readModels: ReadModels): DynamicModule {
    return {
      module: ProjectorModule,
      controllers: [ProjectorController],
      providers: [
        ContentExpiry,
        OutdatedTables,
        ParkedMetric,
        ProjectionMetrics,
        { provide: READ_MODELS, useValue: readModels },
      ],
    };
  }
}
