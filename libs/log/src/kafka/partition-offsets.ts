import { LogError } from '../event-log.js';
import type { KafkaClient } from './client.js';
import { tryUntilRecovered } from './failure.js';
import type { Cluster } from './internals.js';

export interface PartitionOfTopic {
  /** With its prefix. */
  readonly topic: string;
  readonly partition: number;
}

/** Asks the leaders of partitions for offsets, over connections that nobody else waits on. */
export class PartitionOffsets {
  private cluster: Cluster | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly closing: AbortSignal,
  ) {}

  async bounds(of: PartitionOfTopic): Promise<{ readonly start: number; readonly end: number }> {
    return this.ask(of, async (cluster) => {
      const [start, end] = await Promise.all([
        offsetOf(cluster, of, { fromBeginning: true }),
        offsetOf(cluster, of, { fromBeginning: false }),
      ]);
      return { start, end };
    });
  }

  /** The first record that was not written before a time; undefined where all were. */
  async firstSince(of: PartitionOfTopic, time: number): Promise<number | undefined> {
    const offset = await this.ask(of, (cluster) => offsetOf(cluster, of, { fromTimestamp: time }));
    return offset < 0 ? undefined : offset;
  }

  private async ask<Answer>(of: PartitionOfTopic, question: (cluster: Cluster) => Promise<Answer>): Promise<Answer> {
    const attempts = { what: `the offsets of ${of.topic} ${of.partition} are unknown`, signal: this.closing };
    return tryUntilRecovered(attempts, async () => {
      const cluster = (this.cluster ??= this.client.createCluster());
      try {
        await cluster.connect();
        await cluster.addTargetTopic(of.topic);
        return await question(cluster);
      } catch (error) {
        // A leader has moved, or a broker is gone: the next attempt begins with new connections. Others may still use them.
        if (this.cluster === cluster) this.cluster = undefined;
        await cluster.disconnect().catch(() => undefined);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    const cluster = this.cluster;
    this.cluster = undefined;
    await cluster?.disconnect().catch(() => undefined);
  }
}

async function offsetOf(
  cluster: Cluster,
  { topic, partition }: PartitionOfTopic,
  which: { readonly fromBeginning?: boolean; readonly fromTimestamp?: number },
): Promise<number> {
  const [answer] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...which }]);
  const found = answer?.partitions.find((each) => each.partition === partition);
  if (found === undefined) throw new LogError(`${topic} ${partition} has no leader`, true);
  return Number(found.offset);
}
