import { type Admin, ConfigResourceTypes, type ITopicConfig } from './kafkajs.js';
import { TOPICS, TOPIC_NAMES, type Topic } from '@offramp/events';
import { LogError } from '../event-log.js';
import { type KafkaConnection, createClient } from './client.js';
import { toLogError, tryUntilRecovered } from './failure.js';

/** The largest batch: a value of 16 MiB, with room for its key and the batch around it. */
export const BATCH_BYTES_MAX = 20 * 2 ** 20;
const REPLICATION = 3;
const SEGMENT_BYTES = 256 * 2 ** 20;
const DAY_MS = 86_400_000;
const CONTENT_DAYS = 30;
const RAW_DAYS = 7;
const DEAD_DAYS = 30;

export interface TopicsOptions extends KafkaConnection {
  /** 1 to 256, fixed at creation. */
  readonly partitions: number;
  /** How long texts stay, ms. Default 30 days. */
  readonly contentRetentionMs?: number;
  /** More settings for single topics; they win. */
  readonly settings?: Partial<Record<Topic, Readonly<Record<string, string>>>>;
}

export interface TopicReport {
  readonly topic: string;
  readonly done: 'created' | 'changed' | 'as it should be';
  /** The settings that were changed. */
  readonly changed: readonly string[];
}

/**
 * Creates the topics of an installation, and sets what an existing one has otherwise. The number of partitions is never
 * changed: a key's partition is computed from it, so a thread would go on elsewhere without its past. Throws LogError.
 */
export async function ensureTopics(options: TopicsOptions): Promise<readonly TopicReport[]> {
  const { partitions } = options;
  if (!(Number.isInteger(partitions) && partitions > 0 && partitions <= 256)) {
    throw new LogError(`${partitions} partitions: a log has 1 to 256`, false);
  }
  const client = createClient(options);
  const admin = client.createAdmin();
  try {
    await admin.connect();
    const copies = Math.min(REPLICATION, (await admin.describeCluster()).brokers.length);
    const wanted = TOPIC_NAMES.map((topic) => ({
      name: client.topicName(topic),
      settings: settingsOf(topic, options, copies),
    }));
    const existing = await existingTopics(
      admin,
      wanted.map(({ name }) => name),
    );
    for (const [name, found] of existing) {
      if (found !== partitions) throw otherNumber(name, found, partitions);
    }
    const missing = wanted.filter(({ name }) => !existing.has(name));
    await createTopics(
      admin,
      missing.map(({ name, settings }) => topicConfig(name, settings, { partitions, copies })),
    );
    const reports: TopicReport[] = missing.map(({ name }) => ({ topic: name, done: 'created', changed: [] }));
    for (const { name, settings } of wanted.filter(({ name: topic }) => existing.has(topic))) {
      const changed = await correctSettings(admin, name, settings);
      reports.push({ topic: name, done: changed.length > 0 ? 'changed' : 'as it should be', changed });
    }
    return reports;
  } catch (cause) {
    throw toLogError('the topics could not be seen to', cause);
  } finally {
    await admin.disconnect();
  }
}

/** History is kept for ever; texts, foreign bytes and dead letters have their time. */
export function settingsOf(
  topic: Topic,
  options: Pick<TopicsOptions, 'contentRetentionMs' | 'settings'>,
  copies: number,
): Readonly<Record<string, string>> {
  return {
    'cleanup.policy': topic === TOPICS.facts ? 'compact' : 'delete',
    'retention.ms': retentionOf(topic, options.contentRetentionMs ?? CONTENT_DAYS * DAY_MS),
    'retention.bytes': '-1',
    'min.insync.replicas': copies >= REPLICATION ? '2' : '1',
    'unclean.leader.election.enable': 'false',
    'max.message.bytes': String(BATCH_BYTES_MAX),
    // The time at which the log took a record, whatever the clock of who wrote it says.
    'message.timestamp.type': 'LogAppendTime',
    // As it was sent: the broker neither packs nor unpacks.
    'compression.type': 'producer',
    'segment.bytes': String(SEGMENT_BYTES),
    ...options.settings?.[topic],
  };
}

function retentionOf(topic: Topic, contentMs: number): string {
  if (topic === TOPICS.content) return String(contentMs);
  if (topic === TOPICS.raw) return String(RAW_DAYS * DAY_MS);
  if (topic === TOPICS.dead) return String(DEAD_DAYS * DAY_MS);
  return '-1';
}

/** The number of partitions of those that exist. */
async function existingTopics(admin: Admin, names: readonly string[]): Promise<Map<string, number>> {
  const present = new Set(await admin.listTopics());
  const topics = names.filter((name) => present.has(name));
  if (topics.length === 0) return new Map();
  const { topics: found } = await admin.fetchTopicMetadata({ topics });
  return new Map(found.map(({ name, partitions }) => [name, partitions.length]));
}

function topicConfig(
  topic: string,
  settings: Readonly<Record<string, string>>,
  { partitions, copies }: { readonly partitions: number; readonly copies: number },
): ITopicConfig {
  const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
  return { topic, numPartitions: partitions, replicationFactor: copies, configEntries };
}

async function createTopics(admin: Admin, topics: ITopicConfig[]): Promise<void> {
  if (topics.length === 0) return;
  // kafkajs can wait for the leaders itself, but takes it for a failure when a broker has not heard of the topic yet.
  await admin.createTopics({ topics, waitForLeaders: false });
  const names = topics.map(({ topic }) => topic);
  await tryUntilRecovered(
    { what: 'the new topics have no leaders', signal: new AbortController().signal },
    async () => {
      const { topics: found } = await admin.fetchTopicMetadata({ topics: names });
      const leaders = found.flatMap(({ partitions }) => partitions.map(({ leader }) => leader));
      if (leaders.some((leader) => leader < 0)) throw new LogError('a partition has no leader', true);
    },
  );
}

/** Sets what differs, and leaves everything else that was set for the topic as it is. */
async function correctSettings(
  admin: Admin,
  name: string,
  settings: Readonly<Record<string, string>>,
): Promise<readonly string[]> {
  const type = ConfigResourceTypes.TOPIC;
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type, name }] });
  const entries = resources[0]?.configEntries ?? [];
  const now = new Map(entries.map((entry) => [entry.configName, entry.configValue]));
  const changed = Object.keys(settings).filter((key) => now.get(key) !== settings[key]);
  if (changed.length === 0) return changed;
  // This call sets all that is set for the topic at once, so what was set before goes along.
  const own = entries
    .filter((entry) => !entry.isDefault)
    .map((entry) => [entry.configName, entry.configValue] as const);
  const all = Object.entries({ ...Object.fromEntries(own), ...settings });
  const configEntries = all.map(([key, value]) => ({ name: key, value }));
  await admin.alterConfigs({ validateOnly: false, resources: [{ type, name, configEntries }] });
  return changed;
}

function otherNumber(name: string, found: number, wanted: number): LogError {
  const detail = 'A used topic keeps its number of partitions: set OFFRAMP_PARTITIONS to it, or use another prefix.';
  return new LogError(`${name} has ${found} partitions, not ${wanted}. ${detail}`, false);
}
