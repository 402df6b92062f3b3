import { TOPIC_NAMES } from '@offramp/events';
import { LogError } from '../event-log.js';
import type { KafkaClient } from './client.js';
import { toLogError } from './failure.js';

/** The topics of an installation as they are. Nothing is created by the way: that is `ensureTopics`, and an operator's word. */
export async function findTopics(
  client: KafkaClient,
  wanted: number | undefined,
): Promise<{ readonly partitions: number; readonly clusterId: string }> {
  const admin = client.createAdmin();
  try {
    await admin.connect();
    const names = TOPIC_NAMES.map((topic) => client.topicName(topic));
    const present = new Set(await admin.listTopics());
    const missing = names.filter((name) => !present.has(name));
    if (missing.length > 0) {
      throw new LogError(`${missing.join(', ')} are missing; create them with \`offramp topics ensure\``, false);
    }
    const { topics } = await admin.fetchTopicMetadata({ topics: names });
    const { clusterId } = await admin.describeCluster();
    return { partitions: agreedPartitions(topics, wanted), clusterId };
  } catch (cause) {
    throw toLogError('the topics can not be looked at', cause);
  } finally {
    await admin.disconnect().catch(() => undefined);
  }
}

function agreedPartitions(
  topics: readonly { readonly name: string; readonly partitions: readonly unknown[] }[],
  wanted: number | undefined,
): number {
  const number = wanted ?? topics[0]!.partitions.length;
  const other = topics.find(({ partitions }) => partitions.length !== number);
  if (other === undefined) return number;
  throw new LogError(`${other.name} has ${other.partitions.length} partitions, not ${number}`, false);
}
