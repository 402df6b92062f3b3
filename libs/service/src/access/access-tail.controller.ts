import { Controller, Inject } from '@nestjs/common';
import { TOPICS } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import { EVENT_LOG } from '../tokens.js';
import { type Batch, BatchHandler } from '../transport/batch-handler.js';
import { ACCESS_PARTITION, KnownKeys } from './known-keys.js';

/** Every process with an HTTP interface learns keys as they are created and revoked. */
@Controller()
export class AccessTailController {
  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(KnownKeys) private readonly keys: KnownKeys,
  ) {}

  @BatchHandler({ topic: TOPICS.access, group: 'access', everyPartition: true, partitions: [ACCESS_PARTITION] })
  async onAccess({ records, assigned }: Batch): Promise<number> {
    if (assigned) await this.keys.read(this.log);
    else this.keys.take(records);
    return this.keys.next;
  }
}
