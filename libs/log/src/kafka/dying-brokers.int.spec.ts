/** Three brokers, of which one dies: nothing acknowledged is lost, nothing doubled, nobody stays behind. @requires brokers */
import { TOPICS } from '@offramp/events';
import { Kafka, logLevel } from './kafkajs.js';
import { readAll, record } from '../contract/harness.js';
import { type EventLog, LogError } from '../event-log.js';
import { type TemporaryKafkaLog, openTemporaryKafkaLog } from '../testing/temporary-kafka-log.js';
import { type TestBrokers, startTestBrokers } from '../testing/test-brokers.js';
import { openKafkaLog } from './kafka-log.js';

const PARTITIONS = 3;
/** Dead brokers are noticed sooner than by default, members of a group too. */
const SETTINGS = {
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'group.min.session.timeout.ms': '500',
};
let brokers: TestBrokers;
let temporary: TemporaryKafkaLog;

beforeAll(async () => {
  brokers = await startTestBrokers(3, SETTINGS);
  temporary = await openTemporaryKafkaLog({ brokers: brokers.addresses, partitions: PARTITIONS });
}, 120_000);
afterAll(async () => {
  await temporary?.log.close();
  await brokers?.stop();
}, 60_000);

it('keeps three copies and wants two of them written', async () => {
  const admin = new Kafka({ brokers: [...brokers.addresses], logLevel: logLevel.NOTHING }).admin();
  await admin.connect();
  const name = `${temporary.options.topicPrefix}${TOPICS.inbound}`;
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  expect(topics[0]!.partitions.map(({ replicas }) => replicas.length)).toEqual([3, 3, 3]);
  const { resources } = await admin.describeConfigs({ includeSynonyms: false, resources: [{ type: 2, name }] });
  const settings = new Map(resources[0]!.configEntries.map((entry) => [entry.configName, entry.configValue]));
  expect(settings.get('min.insync.replicas')).toBe('2');
  await admin.disconnect();
});

it('loses and doubles nothing while leaders are killed and come back, under readers and writers', async () => {
  const work = new Work(temporary.log);
  await work.untilEachHas(20);
  for (let round = 0; round < 2; round++) {
    const leader = await leaderOf(temporary, 0);
    await brokers.kill(leader);
    await work.untilEachHas(30);
    await brokers.start(leader);
    await work.untilEachHas(30);
    await untilInSync(temporary);
  }
  await work.stop();
  for (let partition = 0; partition < PARTITIONS; partition++) await work.expectWhole(partition);
}, 240_000);

it('keeps its membership while it gives up a partition for longer than its session', async () => {
  const timing = { sessionMs: 1500, heartbeatMs: 200 };
  const [one, two] = await Promise.all(
    ['one', 'two'].map((name) =>
      openKafkaLog({ ...temporary.options, ...timing, dataDir: `${temporary.options.dataDir}/${name}` }),
    ),
  );
  const heard: string[] = [];
  let changed: () => void = () => undefined;
  const hear = (text: string): void => {
    heard.push(text);
    changed();
  };
  const until = async (isSo: () => boolean) => {
    while (!isSo()) await new Promise<void>((resolve) => void (changed = resolve));
  };
  const first = await one!.join('slow', {
    assigned: (partition) => hear(`one has ${partition}`),
    async revoked(partition) {
      hear(`one gives up ${partition}`);
      // A long batch: nothing comes at the end of the partition, and the read waits for twice the session.
      const { end } = await one!.bounds(TOPICS.dead, partition);
      await one!.read(TOPICS.dead, partition, end, { waitMs: 3000 });
      hear(`one gave up ${partition}`);
    },
  });
  await until(() => heard.length === PARTITIONS);
  const second = await two!.join('slow', {
    assigned: (partition) => hear(`two has ${partition}`),
    revoked: async () => undefined,
  });
  await until(() => heard.some((text) => text.startsWith('two has')));
  const given = heard.slice(PARTITIONS);
  const partition = given.at(-1)!.slice(-1);
  expect(given).toEqual([`one gives up ${partition}`, `one gave up ${partition}`, `two has ${partition}`]);
  await Promise.all([first.leave(), second.leave()]);
  await Promise.all([one!.close(), two!.close()]);
}, 120_000);

/** Writers and readers that go on until they are stopped. A write that fails is given up, and the next one is another. */
class Work {
  private readonly acknowledged: Map<string, number>[] = [];
  private readonly failed = new Set<string>();
  private readonly seen: string[][] = [];
  private readonly running: Promise<void>[];
  private readonly stopping = new AbortController();
  private changed: () => void = () => undefined;

  constructor(private readonly log: EventLog) {
    this.running = Array.from({ length: PARTITIONS }, (_, partition) => {
      this.acknowledged.push(new Map());
      this.seen.push([]);
      return [this.write(partition), this.read(partition)];
    }).flat();
  }

  private async write(partition: number): Promise<void> {
    for (let number = 0; !this.stopping.signal.aborted; number++) {
      const values = [`${partition}:${number}`, `${partition}:${number} again`];
      try {
        const records = values.map((value) => record(value));
        const [offset] = await this.log.append([{ topic: TOPICS.inbound, partition, records }]);
        for (const [index, value] of values.entries()) this.acknowledged[partition]!.set(value, offset! + index);
      } catch (error) {
        expect(error).toBeInstanceOf(LogError);
        expect(error).toMatchObject({ retriable: true });
        for (const value of values) this.failed.add(value);
      }
      this.changed();
    }
  }

  private async read(partition: number): Promise<void> {
    const { signal } = this.stopping;
    for (let from = 0; !signal.aborted;) {
      const { records, next } = await this.log.read(TOPICS.inbound, partition, from, { waitMs: 10_000, signal });
      this.seen[partition]!.push(...records.map(({ value }) => value.toString()));
      from = next;
      this.changed();
    }
  }

  /** So many more writes of each partition acknowledged, and read. */
  async untilEachHas(more: number): Promise<void> {
    const targets = this.acknowledged.map(({ size }) => size + 2 * more);
    const isThere = () =>
      targets.every((target, partition) => {
        return this.acknowledged[partition]!.size >= target && this.seen[partition]!.length >= target;
      });
    while (!isThere()) await new Promise<void>((resolve) => void (this.changed = resolve));
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await Promise.all(this.running);
  }

  async expectWhole(partition: number): Promise<void> {
    const stored = (await readAll(this.log, TOPICS.inbound, partition)).map(({ value }) => value.toString());
    expect(new Set(stored).size).toBe(stored.length);
    for (const [value, offset] of this.acknowledged[partition]!) expect(stored[offset]).toBe(value);
    for (const value of stored) expect(this.acknowledged[partition]!.has(value) || this.failed.has(value)).toBe(true);
    const numbers = stored.map((value) => parseInt(value.split(':')[1]!, 10));
    expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
    // The reader has seen the same, in the same order.
    const seen = this.seen[partition]!;
    expect(seen).toEqual(stored.slice(0, seen.length));
  }
}

async function partitionsOf({ options }: TemporaryKafkaLog) {
  const admin = new Kafka({
    brokers: [...options.brokers],
    logLevel: logLevel.NOTHING,
    retry: { retries: 20 },
  }).admin();
  try {
    await admin.connect();
    const { topics } = await admin.fetchTopicMetadata({ topics: [`${options.topicPrefix}${TOPICS.inbound}`] });
    return topics[0]!.partitions;
  } finally {
    await admin.disconnect();
  }
}

async function leaderOf(log: TemporaryKafkaLog, partition: number): Promise<number> {
  return (await partitionsOf(log)).find(({ partitionId }) => partitionId === partition)!.leader;
}

/** A broker that has just come back has to catch up before another may die: two copies are wanted. */
async function untilInSync(log: TemporaryKafkaLog): Promise<void> {
  while ((await partitionsOf(log)).some(({ isr }) => isr.length < 3));
}
