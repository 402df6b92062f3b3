import { Inject, Injectable } from '@nestjs/common';
import { TOPICS } from '@offramp/events';
import { Counter, Histogram, type RecordCounts, RecordMetrics, Registry } from '@offramp/service';

export const GROUP = 'projector';
const SECONDS_BUCKETS = [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 20];

type Projected = typeof TOPICS.decisions | typeof TOPICS.content;

/** What the projector counts beside the batches of its topics. */
@Injectable()
export class ProjectionMetrics {
  readonly decisions: RecordCounts;
  readonly content: RecordCounts;
  private readonly entries: Counter<'topic'>;
  private readonly seconds: Histogram<'topic'>;

  constructor(@Inject(RecordMetrics) records: RecordMetrics, @Inject(Registry) registry: Registry) {
    this.decisions = records.of(TOPICS.decisions, GROUP);
    this.content = records.of(TOPICS.content, GROUP);
    const registers = [registry];
    const labelNames = ['topic'] as const;
    this.entries = new Counter({
      name: 'offramp_projected_entries_total',
      help: 'Entries that were committed to the read models: inputs with their decisions, or records of content.v1',
      labelNames,
      registers,
    });
    this.seconds = new Histogram({
      name: 'offramp_projection_transaction_seconds',
      help: 'How long the read models took for one transaction: what they had to look up, the fold, and the commit',
      labelNames,
      buckets: SECONDS_BUCKETS,
      registers,
    });
  }

  /** Times a transaction, and counts what it committed; one that fails is neither. */
  async timed<Applied extends { readonly entries: number }>(
    topic: Projected,
    apply: () => Promise<Applied>,
  ): Promise<Applied> {
    const started = performance.now();
    const applied = await apply();
    this.seconds.observe({ topic }, (performance.now() - started) / 1000);
    this.entries.inc({ topic }, applied.entries);
    return applied;
  }
}
