/**
 * What a consumer of kafkajs does at the least, as a process of its own: parses each record and looks up a Map or, with a
 * topic to write to, sends each on to the same partition. Arguments: brokers, topic, group, partitions, count, [topic to write].
 */
import kafkajs from 'kafkajs';

const [brokers, topic, groupId, partitions, count, to] = process.argv.slice(2);
const kafka = new kafkajs.Kafka({ brokers: brokers.split(','), logLevel: kafkajs.logLevel.NOTHING });
const consumer = kafka.consumer({ groupId });
const createPartitioner =
  () =>
  ({ message }) =>
    message.partition;
const producers = new Map();
const threads = new Map();
let seen = 0;
let first = 0;

/** One for each partition, since a send has to be awaited before the next one of its partition. */
async function producerOf(partition) {
  if (!producers.has(partition)) {
    const producer = kafka.producer({ idempotent: true, createPartitioner });
    producers.set(
      partition,
      producer.connect().then(() => producer),
    );
  }
  return producers.get(partition);
}

async function handle({ partition, messages }) {
  const sent = [];
  for (const { key, value } of messages) {
    const event = JSON.parse(value.toString());
    const thread = event.subject ?? event.threadId;
    threads.set(thread, (threads.get(thread) ?? 0) + 1);
    if (to !== undefined) sent.push({ key, value: JSON.stringify(event), partition });
  }
  // As many in a send as an ingest reads at a time.
  for (let at = 0; at < sent.length; at += 1000) {
    const producer = await producerOf(partition);
    const compression = kafkajs.CompressionTypes.GZIP;
    await producer.send({ topic: to, acks: -1, compression, messages: sent.slice(at, at + 1000) });
  }
}

await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await new Promise((resolve) => {
  void consumer.run({
    partitionsConsumedConcurrently: Number(partitions),
    eachBatch: async ({ batch }) => {
      first ||= performance.now();
      await handle(batch);
      seen += batch.messages.length;
      if (seen >= Number(count)) resolve();
    },
  });
});
process.stdout.write(`${performance.now() - first}\n`);
process.exit(0);
