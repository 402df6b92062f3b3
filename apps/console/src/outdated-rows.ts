import { Inject, Injectable } from '@nestjs/common';
import { Readiness } from '@offramp/service';
import { type ConsoleReadModels, READ_MODELS } from './tokens.js';

/** Rows of an older version are answered as they are; `/readyz` says that there are some, and what to run. */
@Injectable()
export class OutdatedRows {
  constructor(@Inject(READ_MODELS) { rebuilds }: ConsoleReadModels, @Inject(Readiness) readiness: Readiness) {
    // A database that cannot be asked now is told of by others.
    readiness.mention('read-models', async () => (await rebuilds.need().catch(() => undefined))?.words);
  }
}
