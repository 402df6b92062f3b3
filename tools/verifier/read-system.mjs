import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import kafkajs from 'kafkajs';
import pg from 'pg';
import { VIEW_KEYS } from './check-views.mjs';

/*
 * Reads from outside: the topics with an ordinary consumer of kafkajs, the views with SQL.
 */

/** @typedef {import('./events.mjs').LogRecord} LogRecord */
/** @typedef {import('./history.mjs').PartitionRecords} PartitionRecords */

/** Kafka or Postgres can't be asked. */
export class Unavailable extends Error {}

const CONNECT_MS = 5000;
/** The consumer only leaves when its last question is answered. */
const WAIT_MS = 100;
/** For how long nothing may come while there is more to read. */
const SILENCE_MS_MAX = 30_000;
const TOPICS = /** @type {const} */ ({ inbound: 'inbound.v1', decisions: 'decisions.v1' });

/**
 * @param {{ brokers: readonly string[], prefix: string }} place
 * @returns {Promise<PartitionRecords[]>} by partition
 */
export async function readTopics({ brokers, prefix }) {
  const kafka = new kafkajs.Kafka({
    clientId: 'offramp-verifier',
    brokers: [...brokers],
    connectionTimeout: CONNECT_MS,
    logLevel: kafkajs.logLevel.NOTHING,
    retry: { retries: 5 },
  });
  try {
    const [inbound, decisions] = await Promise.all([
      readTopic(kafka, `${prefix}${TOPICS.inbound}`),
      readTopic(kafka, `${prefix}${TOPICS.decisions}`),
    ]);
    return inbound.map((records, partition) => ({
      partition,
      inbound: records,
      decisions: decisions[partition] ?? [],
    }));
  } catch (cause) {
    throw new Unavailable(`Kafka at ${brokers.join(',')}: ${messageOf(cause)}`, { cause });
  }
}

/** @param {import('kafkajs').Kafka} kafka @param {string} topic @returns {Promise<LogRecord[][]>} */
async function readTopic(kafka, topic) {
  const ends = await endsOf(kafka, topic);
  /** @type {LogRecord[][]} */
  const read = ends.map(() => []);
  const left = new Set(ends.flatMap(({ low, high }, partition) => (high > low ? [partition] : [])));
  if (left.size === 0) return read;
  const groupId = `offramp-verifier-${randomBytes(8).toString('hex')}`;
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: WAIT_MS });
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise((resolve, reject) => {
      const waiting = setTimeout(() => reject(new Error(`${topic}: nothing comes any more`)), SILENCE_MS_MAX);
      consumer.on('consumer.crash', ({ payload }) => reject(payload.error));
      const eachBatch = async (/** @type {import('kafkajs').EachBatchPayload} */ { batch }) => {
        waiting.refresh();
        for (const message of batch.messages) read[batch.partition]?.push(recordOf(message));
        if (Number(batch.lastOffset()) + 1 >= (ends[batch.partition]?.high ?? 0)) left.delete(batch.partition);
        if (left.size > 0) return;
        clearTimeout(waiting);
        resolve(undefined);
      };
      consumer.run({ autoCommit: false, eachBatch }).catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return read;
}

/** @param {import('kafkajs').Kafka} kafka @param {string} topic */
async function endsOf(kafka, topic) {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topic);
    const sorted = offsets.toSorted((a, b) => a.partition - b.partition);
    return sorted.map(({ low, high }) => ({ low: Number(low), high: Number(high) }));
  } finally {
    await admin.disconnect();
  }
}

/** @param {import('kafkajs').KafkaMessage} message @returns {LogRecord} */
function recordOf({ offset, key, value }) {
  return { offset: Number(offset), key: key?.toString() ?? '', value: value?.toString() ?? '' };
}

/**
 * @param {string} url
 * @returns {Promise<Record<keyof typeof VIEW_KEYS, Record<string, any>[]>>}
 */
export async function readViews(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS });
  // A bigint is a count or a length here, and no count comes near the limits of a number.
  client.setTypeParser(pg.types.builtins.INT8, Number);
  client.on('error', () => undefined); // Told by the call that fails.
  try {
    await client.connect();
    // One moment for all of them.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const rows = /** @type {any} */ ({});
    for (const view of Object.keys(VIEW_KEYS)) rows[view] = (await client.query(`SELECT * FROM offramp.${view}`)).rows;
    await client.query('COMMIT');
    return rows;
  } catch (cause) {
    throw new Unavailable(`Postgres: ${messageOf(cause)}`, { cause });
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * Lines of `{"position":"3:1041","id":"acme/t1/m7"}`, as whoever sent the messages wrote them down.
 * @param {string} path
 * @returns {import('./check-log.mjs').Acknowledged[]}
 */
export function readAcknowledged(path) {
  const lines = readFileSync(path, 'utf8').split('\n');
  return lines.flatMap((line, index) => {
    if (line.trim() === '') return [];
    const { position, id } = JSON.parse(line);
    if (typeof position === 'string' && typeof id === 'string') return [{ position, id }];
    throw new Error(`${path}, line ${index + 1}: it has no position and id`);
  });
}

/** @param {unknown} error */
function messageOf(error) {
  return error instanceof Error ? error.message : String(error);
}
