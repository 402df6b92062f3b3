import { Controller, Inject } from '@nestjs/common';
import { TOPICS } from '@offramp/events';
import type { EventLog, StoredRecord } from '@offramp/log';
import { type Batch, BatchHandler, EVENT_LOG } from '@offramp/service';
import { type PartitionLoop, openPartitionLoop } from './partition-loop.js';

/** A batch nobody waits for ends in Progress at most this often, which keeps the output of a clean day to almost nothing. */
const LINGER_MS = 250;
const RECORDS_MAX = 2000;
/** A false alarm (an id that contains these bytes) costs a smaller batch and nothing else. */
const VERDICT_WANTED = Buffer.from('"verdictWanted":true');

const isAwaited = (record: StoredRecord): boolean => record.value.includes(VERDICT_WANTED);

@Controller()
export class DeciderController {
  private readonly loops = new Map<number, PartitionLoop>();

  constructor(@Inject(EVENT_LOG) private readonly log: EventLog) {}

  @BatchHandler({
    topic: TOPICS.inbound,
    group: 'decider',
    maxRecords: RECORDS_MAX,
    lingerMs: LINGER_MS,
    urgent: isAwaited,
  })
  async onInbound({ partition, records, assigned, revoked }: Batch): Promise<number> {
    if (assigned || revoked) await this.giveUp(partition);
    if (revoked) return 0;
    const loop = this.loops.get(partition) ?? (await this.open(partition));
    if (records.length === 0) return loop.next;
    return (await loop.handle(records)).next;
  }

  private async open(partition: number): Promise<PartitionLoop> {
    const loop = await openPartitionLoop(this.log, partition);
    this.loops.set(partition, loop);
    return loop;
  }

  private async giveUp(partition: number): Promise<void> {
    const loop = this.loops.get(partition);
    this.loops.delete(partition);
    await loop?.close();
  }
}
