/** The Kafka log and the decider over it, against a bare kafkajs loop that parses and looks up a Map. One real broker. */
import { fileURLToPath } from 'node:url';
import { openPartitionLoop } from '@offramp/decider';
import { openKafkaLog, openTemporaryKafkaLog } from '@offramp/log';
import kafkajs from 'kafkajs';
import { addressesOf, downCluster, upCluster } from '../tools/run/kafka/cluster.mjs';
import { writeFacts } from './shared/facts.mjs';
import { inputRecord } from './shared/inputs.mjs';
import { report, timed } from './shared/measure.mjs';

const quick = process.argv.includes('--quick');
const MESSAGES = quick ? 80_000 : 400_000;
const PARTITIONS = 8;
const BATCH = 1000;
const FACTS = quick ? 50_000 : 1_000_000;
/** A, B, B, A: what warms up or fills up on the way favours neither. */
const ORDER = quick ? ['bare', 'decider'] : ['bare', 'decider', 'decider', 'bare'];

/** Returns how many each partition has. */
async function fill(log) {
  const waiting = Array.from({ length: PARTITIONS }, () => []);
  const counts = Array.from({ length: PARTITIONS }, () => 0);
  const send = async (partition) => {
    const records = waiting[partition].splice(0);
    counts[partition] += records.length;
    await log.append([{ topic: 'inbound.v1', partition, records }]);
  };
  for (let index = 0; index < MESSAGES; index++) {
    const { partition, ...record } = inputRecord(index, PARTITIONS);
    waiting[partition].push(record);
    if (index % (BATCH * PARTITIONS) === 0) await Promise.all(waiting.map((_, each) => send(each)));
  }
  await Promise.all(waiting.map((_, each) => send(each)));
  return counts;
}

/** What a consumer of kafkajs does at the least. */
async function bareLoop(options, round) {
  const { Kafka, logLevel } = kafkajs;
  const kafka = new Kafka({ brokers: [...options.brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId: `${options.topicPrefix}bare-${round}` });
  await consumer.connect();
  await consumer.subscribe({ topic: `${options.topicPrefix}inbound.v1`, fromBeginning: true });
  const threads = new Map();
  let seen = 0;
  let first = 0;
  await new Promise((resolve) => {
    void consumer.run({
      partitionsConsumedConcurrently: PARTITIONS,
      eachBatch: async ({ batch }) => {
        first ||= performance.now();
        for (const { value } of batch.messages) {
          const event = JSON.parse(value.toString());
          threads.set(event.subject, (threads.get(event.subject) ?? 0) + 1);
        }
        seen += batch.messages.length;
        if (seen >= MESSAGES) resolve();
      },
    });
  });
  const ms = performance.now() - first;
  await consumer.disconnect();
  return ms;
}

/** Reads, folds, and writes decisions, facts and progress, all partitions side by side, from nothing. */
async function decider(options, round) {
  const log = await openKafkaLog({ ...options, dataDir: `${options.dataDir}/${round}` });
  const loops = await Promise.all(
    Array.from({ length: PARTITIONS }, (_, partition) => openPartitionLoop(log, partition)),
  );
  const ms = await timed(() => Promise.all(loops.map((loop, partition) => decideAll(log, partition, loop))));
  await log.close();
  return ms;
}

async function decideAll(log, partition, loop) {
  for (;;) {
    const { records, end } = await log.read('inbound.v1', partition, loop.next, { maxRecords: 2000 });
    if (records.length > 0) await loop.handle(records);
    if (loop.next >= end) return;
  }
}

async function firstRecord(options) {
  const log = await openKafkaLog(options);
  const ms = await timed(() => log.read('inbound.v1', 3, 100, { maxRecords: 1 }));
  await log.close();
  return ms;
}

async function readAll(log, count) {
  for (let from = 0; from < count;) from = (await log.read('inbound.v1', 0, from, { maxRecords: 4000 })).next;
}

/** Facts of as many threads, as ladders are: written by one owner, then read by one that has nothing. */
async function restoreFacts(options) {
  const log = await openKafkaLog(options);
  await writeFacts(log, { partition: 0, count: FACTS });
  await log.close();
  const other = await openKafkaLog({ ...options, dataDir: `${options.dataDir}/other` });
  const memoryBefore = process.memoryUsage().rss;
  let restored;
  const ms = await timed(async () => (restored = await other.openState(0)));
  if (restored.progress.offset !== FACTS - 1) throw new Error('not everything was restored');
  const memory = process.memoryUsage().rss - memoryBefore;
  await restored.close();
  const again = await timed(async () => (restored = await other.openState(0)));
  await other.close();
  return { ms, again, memory };
}

/** Each round has the same input under topics of its own, or the second decider would find its facts there already. */
const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const cluster = await upCluster(root, { brokers: 1, attached: true });
const brokers = addressesOf(cluster).split(',');
const times = { bare: [], decider: [] };
const single = {};
try {
  for (const [round, name] of ORDER.entries()) {
    const temporary = await openTemporaryKafkaLog({ partitions: PARTITIONS, brokers });
    let counts;
    single.fillMs = await timed(async () => (counts = await fill(temporary.log)));
    if (round === 0) {
      single.firstRecordMs = await firstRecord(temporary.options);
      single.readMs = await timed(() => readAll(temporary.log, counts[0]));
      single.readCount = counts[0];
    }
    if (round === 0) single.restore = await restoreFacts(temporary.options);
    times[name].push(await (name === 'bare' ? bareLoop : decider)(temporary.options, round));
    await temporary.destroy();
  }
} finally {
  await downCluster(cluster);
}

const seconds = (ms) => Number((ms / 1000).toFixed(1));
const perSecond = (count, ms) => Math.round((count * 1000) / ms);
const mean = (all) => all.reduce((sum, each) => sum + each, 0) / all.length;
const bare = perSecond(MESSAGES, mean(times.bare));
const decided = perSecond(MESSAGES, mean(times.decider));
report(
  'kafka',
  [
    { name: 'appends, 1,000 at a time, 8 partitions', value: perSecond(MESSAGES, single.fillMs), unit: 'records/s' },
    {
      name: 'first record of one partition from a position',
      value: Math.round(single.firstRecordMs),
      unit: 'ms',
      target: '≤ 150',
    },
    { name: 'read of one partition', value: perSecond(single.readCount, single.readMs), unit: 'records/s' },
    ...[
      { name: `restore of ${FACTS} facts`, value: seconds(single.restore.ms), unit: 's', target: '≤ 10 for 1 million' },
      { name: 'the same with its local store', value: seconds(single.restore.again), unit: 's' },
    ],
    { name: 'bare kafkajs loop', value: bare, unit: 'messages/s' },
    { name: 'decider', value: decided, unit: 'messages/s' },
    { name: 'decider over bare loop', value: Number((decided / bare).toFixed(2)), unit: '', target: '≥ 0.8' },
  ],
  { messages: MESSAGES, rounds: ORDER },
);
