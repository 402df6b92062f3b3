import { Controller, Inject } from '@nestjs/common';
import { INBOUND_TYPES, TOPICS, decisionsCodec, inboundCodec } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import { type Batch, BatchHandler, EVENT_LOG, type RecordCounts, RecordMetrics } from '@offramp/service';
import { ClockCheck } from '../clock/clock-check.js';
import { KnownPolicies } from '../policies/known-policies.js';
import { DecisionStreams } from '../stream/decision-streams.js';
import { Verdicts } from './verdicts.js';

/** Policies stand in every partition; one is enough to learn them. */
const POLICY_PARTITION = 0;
const GROUP = 'ingest';

/** What the ingest reads of the log: decisions from now on, for those who wait or listen, and policies from the beginning. */
@Controller()
export class DecisionsTailController {
  private readonly nextByPartition = new Map<number, number>();
  private readonly counts: RecordCounts;

  constructor(
    @Inject(EVENT_LOG) private readonly log: EventLog,
    @Inject(Verdicts) private readonly verdicts: Verdicts,
    @Inject(DecisionStreams) private readonly streams: DecisionStreams,
    @Inject(KnownPolicies) private readonly policies: KnownPolicies,
    @Inject(ClockCheck) private readonly clock: ClockCheck,
    @Inject(RecordMetrics) records: RecordMetrics,
  ) {
    this.counts = records.of(TOPICS.decisions, GROUP);
  }

  /** Never skips: after a failure it goes on where it was, or a silence that was not read would be taken for continue. */
  @BatchHandler({ topic: TOPICS.decisions, group: GROUP, everyPartition: true })
  async onDecisions({ topic, partition, records, assigned }: Batch): Promise<number> {
    if (assigned && !this.nextByPartition.has(partition)) {
      const { end } = await this.log.bounds(topic, partition);
      await this.streams.startReading(partition, end);
      this.nextByPartition.set(partition, end);
      this.verdicts.startReading(partition);
    }
    this.clock.sawInTail(records);
    for (const { value, offset } of records) {
      const decoded = decisionsCodec.decode(value);
      // What a newer decider says is not understood here; whoever waits for it continues.
      if (decoded.kind === 'event' && !this.verdicts.take(partition, decoded.event)) this.counts.repeated(1);
      if (decoded.kind === 'undecodable') this.counts.quarantined(1);
      this.streams.take(partition, offset, decoded.kind === 'event' ? decoded.event : undefined);
      this.nextByPartition.set(partition, offset + 1);
    }
    return this.nextByPartition.get(partition)!;
  }

  @BatchHandler({ topic: TOPICS.inbound, group: GROUP, everyPartition: true, partitions: [POLICY_PARTITION] })
  onInbound({ records, assigned }: Batch): Promise<number> {
    if (assigned) return Promise.resolve(this.policies.readTo);
    for (const { key, value, offset } of records) {
      // Only what belongs to no thread can be a policy.
      const decoded = key === '' ? inboundCodec.decode(value) : undefined;
      if (decoded?.kind === 'event' && decoded.event.type === INBOUND_TYPES.PolicyActivated) {
        this.policies.learn(decoded.event, offset);
      }
      this.policies.readTo = offset + 1;
    }
    return Promise.resolve(this.policies.readTo);
  }
}
