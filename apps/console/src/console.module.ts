import { type DynamicModule, Module } from '@nestjs/common';
import { AsOfPosition } from './answers/as-of-position.js';
import { BranchesController } from './branches/branches.controller.js';
import { EndingsController } from './endings/endings.controller.js';
import { OutdatedRows } from './outdated-rows.js';
import { StatisticsController } from './statistics/statistics.controller.js';
import { ThreadsController } from './threads/threads.controller.js';
import { type ConsoleReadModels, READ_MODELS } from './tokens.js';

/** What analysts ask. `ServiceModule` provides the log, whose partitions the positions are of, and the clock. */
@Module({})
export class ConsoleModule {
  static forRoot(readModels: ConsoleReadModels): DynamicModule {
    return {
      module: ConsoleModule,
      controllers: [ThreadsController, BranchesController, EndingsController, StatisticsController],
      providers: [AsOfPosition, OutdatedRows, { provide: READ_MODELS, useValue: readModels }],
    };
  }
}
