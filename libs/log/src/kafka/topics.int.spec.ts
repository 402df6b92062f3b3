/** Topics as `ensureTopics` leaves them. @requires kafka */
import { TOPICS } from '@offramp/events';
import { ConfigResourceTypes, Kafka, logLevel } from './kafkajs.js';
import { LogError } from '../event-log.js';
import { type TemporaryKafkaLog, openTemporaryKafkaLog, testBrokers } from '../testing/temporary-kafka-log.js';
import { openKafkaLog } from './kafka-log.js';
import { ensureTopics } from './topics.js';

let temporary: TemporaryKafkaLog;
const admin = new Kafka({ brokers: [...testBrokers()], logLevel: logLevel.NOTHING }).admin();
beforeAll(async () => {
  await admin.connect();
  temporary = await openTemporaryKafkaLog({ partitions: 3 });
});
afterAll(async () => {
  await admin.disconnect();
  await temporary.destroy();
});

const nameOf = (topic: string) => `${temporary.options.topicPrefix}${topic}`;
const ensure = (partitions: number) => ensureTopics({ ...temporary.options, partitions });

async function settingsOf(topic: string): Promise<Map<string, string>> {
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: nameOf(topic) }];
  const described = await admin.describeConfigs({ includeSynonyms: false, resources });
  return new Map(described.resources[0]!.configEntries.map((entry) => [entry.configName, entry.configValue]));
}

/** A broker hears of a setting a moment after whoever set it was told that it is done. */
async function untilItSays(retention: string): Promise<Map<string, string>> {
  for (;;) {
    const settings = await settingsOf(TOPICS.inbound);
    if (settings.get('retention.ms') === retention) return settings;
  }
}

it('keeps history for ever, facts compacted, and texts for their time', async () => {
  const [inbound, facts, content] = await Promise.all([TOPICS.inbound, TOPICS.facts, TOPICS.content].map(settingsOf));
  expect([inbound!.get('cleanup.policy'), inbound!.get('retention.ms')]).toEqual(['delete', '-1']);
  expect([facts!.get('cleanup.policy'), facts!.get('retention.ms')]).toEqual(['compact', '-1']);
  expect([content!.get('cleanup.policy'), content!.get('retention.ms')]).toEqual(['delete', String(30 * 86_400_000)]);
  for (const settings of [inbound!, facts!, content!]) {
    expect(settings.get('unclean.leader.election.enable')).toBe('false');
    expect(settings.get('message.timestamp.type')).toBe('LogAppendTime');
  }
});

it('changes nothing where all is as it should be', async () => {
  const reports = await ensure(3);
  expect(reports.length).toBe(Object.keys(TOPICS).length);
  expect(new Set(reports.map(({ done }) => done))).toEqual(new Set(['as it should be']));
});

it('sets right what somebody has changed, and leaves what else was set', async () => {
  const configEntries = [
    { name: 'retention.ms', value: '1000' },
    { name: 'flush.messages', value: '777' },
  ];
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: nameOf(TOPICS.inbound), configEntries }];
  await admin.alterConfigs({ validateOnly: false, resources });
  await untilItSays('1000');
  const report = (await ensure(3)).find(({ topic }) => topic === nameOf(TOPICS.inbound))!;
  expect(report.done).toBe('changed');
  expect(report.changed).toContain('retention.ms');
  const settings = await untilItSays('-1');
  expect([settings.get('retention.ms'), settings.get('flush.messages')]).toEqual(['-1', '777']);
  expect(settings.get('unclean.leader.election.enable')).toBe('false');
});

it('refuses another number of partitions, and leaves the topics alone', async () => {
  for (const partitions of [2, 4]) {
    await expect(ensure(partitions)).rejects.toThrow(`has 3 partitions, not ${partitions}`);
    await expect(openKafkaLog({ ...temporary.options, partitions })).rejects.toBeInstanceOf(LogError);
  }
  expect((await openOnce()).partitions).toBe(3);
});

it('does not open a log whose topics are missing', async () => {
  const opening = openKafkaLog({ ...temporary.options, topicPrefix: 'nowhere.' });
  await expect(opening).rejects.toMatchObject({ retriable: false, message: expect.stringContaining('topics ensure') });
});

async function openOnce() {
  const { partitions: _partitions, ...options } = temporary.options;
  const log = await openKafkaLog(options);
  await log.close();
  return log;
}
