import type { EventLog } from '../event-log.js';
import type { TemporaryKafkaLog, TemporaryKafkaLogOptions } from '../testing/temporary-kafka-log.js';
import type { KafkaLogOptions } from './kafka-log.js';
import type { TopicReport, TopicsOptions } from './topics.js';

/* Standalone never needs the client, which takes longer to load than the rest of this library. */

/** Opens a log on the topics that `ensureTopics` has created. Throws LogError. */
export async function openKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  return (await import('./kafka-log.js')).openKafkaLog(options);
}

/** Creates the topics that are missing, with the settings of docs/adr/0007. Throws LogError. */
export async function ensureTopics(options: TopicsOptions): Promise<readonly TopicReport[]> {
  return (await import('./topics.js')).ensureTopics(options);
}

/** A real Kafka log on topics of its own, for tests. */
export async function openTemporaryKafkaLog(options: TemporaryKafkaLogOptions = {}): Promise<TemporaryKafkaLog> {
  return (await import('../testing/temporary-kafka-log.js')).openTemporaryKafkaLog(options);
}
