import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPIC_NAMES } from '@offramp/events';
import { Kafka, logLevel } from '../kafka/kafkajs.js';
import type { EventLog } from '../event-log.js';
import { type KafkaLogOptions, openKafkaLog } from '../kafka/kafka-log.js';
import { type TopicsOptions, ensureTopics } from '../kafka/topics.js';

export interface TemporaryKafkaLogOptions extends Partial<Omit<KafkaLogOptions, 'brokers' | 'topicPrefix'>> {
  /** Of a running cluster. Default OFFRAMP_TEST_KAFKA. */
  readonly brokers?: readonly string[];
  readonly settings?: TopicsOptions['settings'];
}

export interface TemporaryKafkaLog {
  readonly log: EventLog;
  /** What it was opened with, for others that open the same topics. */
  readonly options: KafkaLogOptions;
  /** Closes the log and opens it again, as a restart would. */
  reopen(): Promise<EventLog>;
  /** Closes the log and removes its topics and local stores. */
  destroy(): Promise<void>;
}

/** The brokers that `npm test` has found or started. */
export function testBrokers(): readonly string[] {
  const brokers = process.env['OFFRAMP_TEST_KAFKA'];
  if (brokers !== undefined) return brokers.split(',');
  throw new Error('Set OFFRAMP_TEST_KAFKA to what `npm run kafka -- up` prints, or use npm test.');
}

/** A real Kafka log on topics of its own. Two partitions unless told otherwise. */
export async function openTemporaryKafkaLog(given: TemporaryKafkaLogOptions = {}): Promise<TemporaryKafkaLog> {
  const { settings, ...more } = given;
  const partitions = given.partitions ?? 2;
  const brokers = given.brokers ?? testBrokers();
  const topicPrefix = `test-${randomBytes(6).toString('hex')}.`;
  const dataDir = await mkdtemp(join(tmpdir(), 'offramp-kafka-log-'));
  const options: KafkaLogOptions = { clientId: 'offramp-test', dataDir, ...more, partitions, brokers, topicPrefix };
  await ensureTopics({ ...options, partitions, ...(settings === undefined ? {} : { settings }) });
  let log = await openKafkaLog(options);
  return {
    get log() {
      return log;
    },
    options,
    async reopen() {
      await log.close();
      log = await openKafkaLog(options);
      return log;
    },
    async destroy() {
      await log.close();
      await deleteTopics(brokers, topicPrefix);
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

async function deleteTopics(brokers: readonly string[], prefix: string): Promise<void> {
  const admin = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING }).admin();
  try {
    await admin.connect();
    // One that can't be deleted is left to whoever ends the cluster.
    await admin.deleteTopics({ topics: TOPIC_NAMES.map((topic) => `${prefix}${topic}`) }).catch(() => undefined);
  } finally {
    await admin.disconnect();
  }
}
