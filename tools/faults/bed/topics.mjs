import { TOPIC_NAMES } from '@offramp/events';
import kafkajs from 'kafkajs';

/** @typedef {import('kafkajs').Admin} Admin */

/** What is asked of and done to the cluster itself. */
export class Topics {
  /** @param {readonly string[]} brokers @param {string} prefix */
  constructor(brokers, prefix) {
    this.prefix = prefix;
    this.kafka = new kafkajs.Kafka({
      brokers: [...brokers],
      clientId: 'offramp-faults',
      logLevel: kafkajs.logLevel.NOTHING,
      connectionTimeout: 3000,
      retry: { retries: 8 },
    });
  }

  /** @template Result @param {(admin: Admin) => Promise<Result>} work @returns {Promise<Result>} */
  async #ask(work) {
    const admin = this.kafka.admin();
    try {
      await admin.connect();
      return await work(admin);
    } finally {
      await admin.disconnect().catch(() => undefined);
    }
  }

  /** The offset that the next record gets, by partition. @param {string} topic @returns {Promise<number[]>} */
  async ends(topic) {
    const offsets = await this.#ask((admin) => admin.fetchTopicOffsets(`${this.prefix}${topic}`));
    return offsets.toSorted((a, b) => a.partition - b.partition).map(({ high }) => Number(high));
  }

  /** Which broker leads most partitions of this installation. @returns {Promise<number>} */
  async busiestBroker() {
    const counts = new Map();
    for (const { leader } of await this.#partitions()) counts.set(leader, (counts.get(leader) ?? 0) + 1);
    const [[busiest] = [0]] = [...counts].toSorted(([, a], [, b]) => b - a);
    return busiest;
  }

  /** Whether every copy of every partition is there again: only then may another broker die. */
  async isInSync() {
    return (await this.#partitions()).every(({ isr, replicas }) => isr.length === replicas.length);
  }

  async #partitions() {
    const topics = TOPIC_NAMES.map((topic) => `${this.prefix}${topic}`);
    const { topics: found } = await this.#ask((admin) => admin.fetchTopicMetadata({ topics }));
    return found.flatMap(({ partitions }) => partitions);
  }

  /** Removes everything before an offset, as a retention that nobody wanted. @param {string} topic @param {number} partition @param {number} offset */
  async removeBefore(topic, partition, offset) {
    const partitions = [{ partition, offset: String(offset) }];
    const name = `${this.prefix}${topic}`;
    await this.#ask(async (admin) => {
      // The client knows nothing of a topic before it was asked about it.
      await admin.fetchTopicOffsets(name);
      await admin.deleteTopicRecords({ topic: name, partitions });
    });
  }

  /** Writes a record past the ingest. @param {string} topic @param {{ partition: number, key: string, value: string }} record @returns {Promise<number>} its offset */
  async write(topic, { partition, key, value }) {
    const producer = this.kafka.producer({ allowAutoTopicCreation: false, createPartitioner: () => () => partition });
    await producer.connect();
    try {
      const [answer] = await producer.send({ topic: `${this.prefix}${topic}`, acks: -1, messages: [{ key, value }] });
      return Number(answer?.baseOffset ?? -1);
    } finally {
      await producer.disconnect();
    }
  }

  async remove() {
    const topics = TOPIC_NAMES.map((topic) => `${this.prefix}${topic}`);
    await this.#ask((admin) => admin.deleteTopics({ topics }).catch(() => undefined));
  }
}
