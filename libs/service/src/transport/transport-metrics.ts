import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { Lag } from './loop-lag.js';

const BATCH_RECORDS_BUCKETS = [1, 10, 100, 1000, 10_000];
const BATCH_SECONDS_BUCKETS = [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10, 60];
const EACH = ['topic', 'group', 'partition'];

export interface LoopLabels {
  readonly topic: string;
  readonly group: string;
  readonly partition: number;
}

/** What one loop counts; the labels are looked up once, not at every batch. */
export interface LoopMetrics {
  /** The handler has said where to start, which for some means to restore their state first. */
  restored(seconds: number): void;
  handled(batch: { readonly records: number; readonly seconds: number }): void;
  /** Everything before this offset is handled. */
  next(offset: number): void;
  failed(isRetried: boolean): void;
  stopped(isStopped: boolean): void;
  /** The partition is somebody else's now: what is said of it here would be counted twice. */
  released(): void;
}

export interface TransportMetrics {
  of(labels: LoopLabels): LoopMetrics;
  /** How many partitions this process has of those that a group shares. */
  owned(group: string, partitions: number): void;
}

/** `lags` is asked when somebody looks: for each loop its lag, as far as it is known. */
export function createTransportMetrics(
  registry: Registry,
  lags: () => Promise<readonly (readonly [LoopLabels, Lag])[]>,
): TransportMetrics {
  const counters = createCounters(registry);
  const gauges = createGauges(registry);
  createLagGauges(registry, lags);
  return {
    of({ topic, group, partition }) {
      const labels = { topic, group, partition: String(partition) };
      const loop = {
        handled: counters.handled.labels(labels),
        failures: counters.failures.labels(labels),
        retries: counters.retries.labels(labels),
        sizes: counters.sizes.labels({ topic, group }),
        seconds: counters.seconds.labels({ topic, group }),
      };
      // At 0 from the start, so that the first one is an increase.
      for (const counter of [loop.handled, loop.failures, loop.retries]) counter.inc(0);
      return {
        restored: (seconds) => gauges.restored.set(labels, seconds),
        handled({ records, seconds }) {
          loop.handled.inc(records);
          loop.sizes.observe(records);
          loop.seconds.observe(seconds);
        },
        next: (offset) => gauges.next.set(labels, offset),
        failed(isRetried) {
          loop.failures.inc();
          if (isRetried) loop.retries.inc();
        },
        stopped: (isStopped) => gauges.stopped.set(labels, isStopped ? 1 : 0),
        released() {
          for (const gauge of [gauges.restored, gauges.next, gauges.stopped]) gauge.remove(labels);
        },
      };
    },
    owned: (group, partitions) => gauges.owned.set({ group }, partitions),
  };
}

function createCounters(registry: Registry) {
  const registers = [registry];
  const ofLoop = (name: string, help: string) => new Counter({ name, help, labelNames: EACH, registers });
  const labelNames = ['topic', 'group'];
  return {
    handled: ofLoop(
      'offramp_records_handled_total',
      'Records that a handler has handled; one that comes again counts again',
    ),
    failures: ofLoop('offramp_batch_failures_total', 'Batches, or starts of a partition, that failed'),
    retries: ofLoop('offramp_batch_retries_total', 'Failures after which a partition was taken up again'),
    sizes: new Histogram({
      name: 'offramp_batch_records',
      help: 'Records in a batch',
      labelNames,
      buckets: BATCH_RECORDS_BUCKETS,
      registers,
    }),
    seconds: new Histogram({
      name: 'offramp_batch_seconds',
      help: 'How long the handling of a batch took',
      labelNames,
      buckets: BATCH_SECONDS_BUCKETS,
      registers,
    }),
  };
}

function createGauges(registry: Registry) {
  const ofLoop = (name: string, help: string) => new Gauge({ name, help, labelNames: EACH, registers: [registry] });
  return {
    restored: ofLoop(
      'offramp_partition_restore_seconds',
      'How long the latest start of a partition took, with the restoring of its state',
    ),
    next: ofLoop('offramp_next_offset', 'Everything before this offset of the topic is handled'),
    stopped: ofLoop(
      'offramp_partitions_stopped',
      '1 where a partition stands still, at an unknown version or an offset that is gone, and needs somebody to look at it',
    ),
    owned: new Gauge({
      name: 'offramp_partitions_owned',
      help: 'Partitions that this process has of those that the members of a group share',
      labelNames: ['group'],
      registers: [registry],
    }),
  };
}

/** Both are set by one look, and nothing is left of a loop that is gone. */
function createLagGauges(registry: Registry, lags: Parameters<typeof createTransportMetrics>[1]): void {
  let looking: Promise<void> | undefined;
  const look = (): Promise<void> =>
    (looking ??= lags()
      .then((found) => {
        messages.reset();
        seconds.reset();
        for (const [{ topic, group, partition }, lag] of found) {
          const labels = { topic, group, partition: String(partition) };
          messages.set(labels, lag.messages);
          seconds.set(labels, lag.seconds);
        }
      })
      .finally(() => (looking = undefined)));
  const gauge = (name: string, help: string) =>
    new Gauge({ name, help, labelNames: EACH, registers: [registry], collect: look });
  const messages = gauge('offramp_lag_messages', 'Records that are on the log and not handled yet');
  const seconds = gauge('offramp_lag_seconds', 'How long ago the log took the oldest record that is not handled yet');
}
