import { type DynamicModule, Module } from '@nestjs/common';
import { rules } from '@offramp/assess';
import { DeciderModule } from '@offramp/decider';
import { type FindDecision, IngestModule } from '@offramp/ingest';
import { ServiceModule, type ServiceOptions } from '@offramp/service';
import { AdminModule } from './admin/admin.module.js';
import { INSTALLATION, type Installation } from './installation.js';

export interface StandaloneOptions extends ServiceOptions {
  readonly installation: Installation;
}

/** The apps in one process, over what was opened for them. */
@Module({})
export class StandaloneModule {
  static forRoot({ installation, ...options }: StandaloneOptions): DynamicModule {
    const assessor = options.config.assessor === 'rules' ? rules : undefined;
    const ingest = { assessor, findDecision: findNoDecision };
    return {
      module: StandaloneModule,
      global: true,
      imports: [ServiceModule.forRoot(options), IngestModule.forRoot(ingest), DeciderModule, AdminModule],
      providers: [{ provide: INSTALLATION, useValue: installation }],
      exports: [INSTALLATION],
    };
  }
}

/** Without read models no decision is projected yet: a review is answered with 404 and when to try again. */
const findNoDecision: FindDecision = () => Promise.resolve(undefined);
