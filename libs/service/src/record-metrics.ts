import { Inject, Injectable } from '@nestjs/common';
import type { Topic } from '@offramp/events';
import { Counter, Registry } from 'prom-client';

/** What a handler has to say of records that only it can see. */
export interface RecordCounts {
  /** Dropped, because the same was handled before. */
  repeated(records: number): void;
  /** Bytes that no version can decode: named by their position, and gone past. */
  quarantined(records: number): void;
}

@Injectable()
export class RecordMetrics {
  private readonly repeats: Counter<'topic' | 'group'>;
  private readonly quarantined: Counter<'topic' | 'group'>;

  constructor(@Inject(Registry) registry: Registry) {
    const counter = (name: string, help: string) =>
      new Counter({ name, help, labelNames: ['topic', 'group'] as const, registers: [registry] });
    this.repeats = counter(
      'offramp_repeats_dropped_total',
      'Records that were dropped because the same was handled before: harmless, but many say that owners overlap',
    );
    this.quarantined = counter(
      'offramp_records_quarantined_total',
      'Records that no version can decode and that were left behind; decisions.v1 names those of inbound.v1 by position',
    );
  }

  /** Both stand at 0 from here on, so that the first one is an increase. */
  of(topic: Topic, group: string): RecordCounts {
    const repeats = this.repeats.labels({ topic, group });
    const quarantined = this.quarantined.labels({ topic, group });
    for (const counter of [repeats, quarantined]) counter.inc(0);
    return {
      repeated: (records) => repeats.inc(records),
      quarantined: (records) => quarantined.inc(records),
    };
  }
}
