import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const BATCH_RECORDS_BUCKETS = [1, 10, 100, 1000, 10_000];

export interface LoopLabels {
  readonly topic: string;
  readonly group: string;
  readonly partition: number;
}

/** What one loop counts; the labels are looked up once, not at every batch. */
export interface LoopMetrics {
  handled(records: number): void;
  lag(messages: number): void;
  retried(): void;
  stopped(isStopped: boolean): void;
}

export function createTransportMetrics(registry: Registry): (labels: LoopLabels) => LoopMetrics {
  const registers = [registry];
  const each = ['topic', 'group', 'partition'];
  const handled = new Counter({
    name: 'offramp_records_handled_total',
    help: 'Records that a handler has handled',
    labelNames: each,
    registers,
  });
  const lag = new Gauge({
    name: 'offramp_lag_messages',
    help: 'Records that are on the log and not handled yet',
    labelNames: each,
    registers,
  });
  const retries = new Counter({
    name: 'offramp_batch_retries_total',
    help: 'Failures after which a partition was taken up again',
    labelNames: each,
    registers,
  });
  const stopped = new Gauge({
    name: 'offramp_partitions_stopped',
    help: '1 where a partition has stopped for good and needs somebody to look at it',
    labelNames: each,
    registers,
  });
  const sizes = new Histogram({
    name: 'offramp_batch_records',
    help: 'Records in a batch',
    labelNames: ['topic', 'group'],
    buckets: BATCH_RECORDS_BUCKETS,
    registers,
  });
  return ({ topic, group, partition }) => {
    const labels = { topic, group, partition: String(partition) };
    const loop = {
      handled: handled.labels(labels),
      lag: lag.labels(labels),
      retries: retries.labels(labels),
      stopped: stopped.labels(labels),
      sizes: sizes.labels({ topic, group }),
    };
    return {
      handled(records) {
        loop.handled.inc(records);
        loop.sizes.observe(records);
      },
      lag: (messages) => loop.lag.set(messages),
      retried: () => loop.retries.inc(),
      stopped: (isStopped) => loop.stopped.set(isStopped ? 1 : 0),
    };
  };
}
