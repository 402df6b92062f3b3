import { Inject, Injectable } from '@nestjs/common';
import type { ReadModels } from '@offramp/read-models';
import { Gauge, Registry } from '@offramp/service';
import { READ_MODELS } from './tokens.js';

/**
 * How many threads wait because something in them cannot be projected, or a text not be stored. A number to be alarmed by and no cause of not being
 * ready: everything else goes on, and a process that is started again would not change it.
 */
@Injectable()
export class ParkedMetric {
  constructor(@Inject(READ_MODELS) readModels: ReadModels, @Inject(Registry) registry: Registry) {
    new Gauge({
      name: 'offramp_parked_threads',
      help: 'Threads that wait because an event in them cannot be projected, or a text of theirs not be stored',
      registers: [registry],
      async collect() {
        // A database that cannot be asked now is told of by others.
        this.set(await readModels.parked.count().catch(() => NaN));
      },
    });
  }
}
