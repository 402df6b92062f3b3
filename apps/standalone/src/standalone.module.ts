import { type DynamicModule, Module } from '@nestjs/common';
import { DeciderModule } from '@offramp/decider';
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
    return {
      module: StandaloneModule,
      global: true,
      imports: [ServiceModule.forRoot(options), DeciderModule, AdminModule],
      providers: [{ provide: INSTALLATION, useValue: installation }],
      exports: [INSTALLATION],
    };
  }
}
