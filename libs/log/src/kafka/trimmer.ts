import type { Admin } from './kafkajs.js';
import { TOPICS, type Topic } from '@offramp/events';
import { LogError } from '../event-log.js';
import type { KafkaClient } from './client.js';
import { tryUntilRecovered } from './failure.js';
import type { PartitionOfTopic, PartitionOffsets } from './partition-offsets.js';

/** Topics with texts or bytes of others have a retention; history has none. */
const TRIMMED_TOPICS: readonly Topic[] = [TOPICS.content, TOPICS.raw, TOPICS.dead];

/** Removes the oldest records of a partition, one trim at a time, or a record would be counted twice. */
export class Trimmer {
  private admin: Promise<Admin> | undefined;
  private trimming: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly client: KafkaClient,
    private readonly offsets: PartitionOffsets,
    private readonly closing: AbortSignal,
  ) {}

  trim(topic: Topic, partition: number, before: number): Promise<number> {
    if (!TRIMMED_TOPICS.includes(topic)) {
      return Promise.reject(new LogError(`${topic} is kept for ever and cannot be trimmed`, false));
    }
    const trimmed = this.trimming.then(() => this.trimNow(topic, partition, before));
    this.trimming = trimmed.catch(() => undefined);
    return trimmed;
  }

  private async trimNow(topic: Topic, partition: number, before: number): Promise<number> {
    const of = { topic: this.client.topicName(topic), partition };
    const { start, end } = await this.offsets.bounds(of);
    if (start === end) return 0;
    const offset = (await this.offsets.firstSince(of, before)) ?? end;
    if (offset <= start) return 0;
    // Removing up to the same offset again removes nothing more, so this is safe to repeat when a leader has moved.
    await tryUntilRecovered({ what: `${topic} ${partition} could not be trimmed`, signal: this.closing }, async () => {
      try {
        await this.removeBefore(of, offset);
      } catch (error) {
        await this.close();
        throw error;
      }
    });
    return offset - start;
  }

  private async removeBefore({ topic, partition }: PartitionOfTopic, offset: number): Promise<void> {
    const admin = await (this.admin ??= this.connect());
    // Without asking for something first, this client does not know where the partitions are.
    await admin.fetchTopicOffsets(topic);
    await admin.deleteTopicRecords({ topic, partitions: [{ partition, offset: String(offset) }] });
  }

  private async connect(): Promise<Admin> {
    const admin = this.client.createAdmin();
    await admin.connect();
    return admin;
  }

  async close(): Promise<void> {
    const admin = await this.admin?.catch(() => undefined);
    this.admin = undefined;
    await admin?.disconnect().catch(() => undefined);
  }
}
