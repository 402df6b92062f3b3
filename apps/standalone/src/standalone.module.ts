import { type DynamicModule, Module } from '@nestjs/common';
import { rules } from '@offramp/assess';
import { ConsoleModule } from '@offramp/console';
import { DeciderModule } from '@offramp/decider';
import { IngestModule, decisionFinder } from '@offramp/ingest';
import { ProjectorModule } from '@offramp/projector';
import type { ReadModels } from '@offramp/read-models';
import { ServiceModule, type ServiceOptions } from '@offramp/service';
import { AdminModule } from './admin/admin.module.js';
import { INSTALLATION, type Installation, READ_MODELS } from './installation.js';

export interface StandaloneOptions extends ServiceOptions {
  readonly installation: Installation;
  /** Open; whoever opened them closes them, after the app. */
  readonly readModels: ReadModels;
}

/** The apps in one process, over what was opened for them. */
@Module({})
export class StandaloneModule {
  static forRoot({ installation, readModels, ...options }: StandaloneOptions): DynamicModule {
    const assessor = options.config.assessor === 'rules' ? rules : undefined;
    return {
      module: StandaloneModule,
      global: true,
      imports: [
        ServiceModule.forRoot(options),
        IngestModule.forRoot({ assessor, findDecision: decisionFinder(readModels) }),
        DeciderModule,
        ProjectorModule.forRoot(readModels),
        ConsoleModule.forRoot(readModels),
        AdminModule,
      ],
      providers: [
        { provide: INSTALLATION, useValue: installation },
        { provide: READ_MODELS, useValue: readModels },
      ],
      exports: [INSTALLATION, READ_MODELS],
    };
  }
}
