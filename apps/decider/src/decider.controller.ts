import { Controller, Inject } from '@nestjs/common';
import { DECISION_TYPES, TOPICS } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import {
  type Batch,
  BatchHandler,
  Counter,
  EVENT_LOG,
  type RecordCounts,
  RecordMetrics,
  Registry,
} from '@offramp/service';
import { isAwaited } from './awaited.js';
import { type PartitionLoop, openPartitionLoop } from './partition-loop.js';

/** A batch nobody waits for ends in Progress at most this often, which keeps the output of a clean day to almost nothing. */
const LINGER_MS = 250;
/** Of a backlog; more in a batch gain little, and nothing else of the process has its turn while one is folded. */
const RECORDS_MAX = 5000;
const GROUP = 'decider';
@Controller()
export class DeciderController {
  private readonly loops = new Map<number, PartitionLoop>();

  private readonly counts: RecordCounts;
  private readonly decisions: Counter<'type'>;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(RecordMetrics) records: RecordMetrics,
    @Inject(Registry) registry: Registry,
  ) {
    this.counts = records.of(TOPICS.inbound, GROUP);
    this.decisions = new Counter({
      name: 'offramp_decisions_total',
      help: 'Decisions that the decider has made, by type; one that is made again after a failure counts again',
      labelNames: ['type'],
      registers: [registry],
    });
    for (const type of Object.values(DECISION_TYPES))
      if (type !== DECISION_TYPES.Progress) this.decisions.inc({ type }, 0);
  }

  @BatchHandler({
    topic: TOPICS.inbound,
    group: GROUP,
    maxRecords: RECORDS_MAX,
    lingerMs: LINGER_MS,
    urgent: isAwaited,
  })
  async onInbound({ partition, records, assigned, revoked }: Batch): Promise<number> {
    if (assigned || revoked) await this.giveUp(partition);
    if (revoked) return 0;
    const loop = this.loops.get(partition) ?? (await this.open(partition));
    if (records.length === 0) return loop.next;
    const { next, decisions, quarantined, repeats } = await loop.handle(records);
    for (const type of decisions) this.decisions.inc({ type });
    this.counts.quarantined(quarantined);
    this.counts.repeated(repeats);
    return next;
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
