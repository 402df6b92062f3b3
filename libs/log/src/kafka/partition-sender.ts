import { CompressionTypes, type Message, type Producer } from './kafkajs.js';
import type { Topic } from '@offramp/events';
import { LogError } from '../event-log.js';
import type { KafkaClient } from './client.js';
import { toLogError } from './failure.js';

/*
 * Writing to Kafka by kafkajs 2.2.4 without losing or doubling a record. Each of these rules has a reason that was seen:
 *
 * - One `send` has the records of one partition of one topic: of a send over several, a moving leader can lose a part and
 *   the send still resolves. So an answer has one entry, and that entry is checked to be of this partition.
 * - The next send of a partition starts when the one before has been acknowledged, or a retry may overtake it.
 * - `acks: -1` and `idempotent`: all in-sync replicas have it, and a retry is not written twice.
 * - A send that failed may have been written, wholly or not at all. The producer's sequence numbers are in doubt then, and a
 *   broker may take the next records for the lost ones and drop them; so the producer is thrown away.
 * - No transactions.
 */

/** One send; a single group of records may be larger. */
export const SEND_BYTES_MAX = 512 * 1024;
/** What may wait for a partition of a topic. Beyond it the caller is told to come back. */
const WAITING_BYTES_MAX = 64 * 2 ** 20;
/** Smaller ones gain nothing from gzip, and somebody may be waiting for them. */
const COMPRESSED_FROM_BYTES = 2048;
const RECORD_OVERHEAD_BYTES = 16;

export interface RecordToSend {
  readonly key: Buffer | string | null;
  /** null: everything of this key is to be forgotten. */
  readonly value: Buffer | null;
}

interface Waiting {
  readonly records: readonly RecordToSend[];
  readonly bytes: number;
  readonly resolve: (offset: number) => void;
  readonly reject: (error: LogError) => void;
}

/** Writes to the same partition of all topics, by one producer: a failure in one topic costs the others nothing but that. */
export class PartitionSender {
  private readonly lanes = new Map<Topic, Lane>();
  private producer: Promise<Producer> | undefined;
  private refusal: LogError | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly partition: number,
  ) {}

  /** Resolves with the offset of the first record when all in-sync replicas have all of them. They get consecutive offsets. */
  send(topic: Topic, records: readonly RecordToSend[]): Promise<number> {
    if (this.refusal !== undefined) return Promise.reject(this.refusal);
    let lane = this.lanes.get(topic);
    if (lane === undefined) {
      lane = new Lane((group) => this.sendNow(topic, group));
      this.lanes.set(topic, lane);
    }
    return lane.add(records);
  }

  private async sendNow(topic: Topic, records: readonly RecordToSend[]): Promise<number> {
    const { partition } = this;
    const name = this.client.topicName(topic);
    const using = (this.producer ??= this.connect());
    try {
      const producer = await using;
      const messages = records.map((record): Message => ({ ...record, partition }));
      const compression = sizeOf(records) < COMPRESSED_FROM_BYTES ? CompressionTypes.None : CompressionTypes.GZIP;
      const answer = await producer.send({ topic: name, acks: -1, compression, messages });
      return checkedOffset(answer, name, partition);
    } catch (cause) {
      if (this.producer === using) this.producer = undefined;
      void using.then((producer) => producer.disconnect()).catch(() => undefined);
      throw toLogError(`${topic} ${partition} could not be written; what was sent may be there or not`, cause);
    }
  }

  private async connect(): Promise<Producer> {
    const producer = this.client.createProducer();
    try {
      await producer.connect();
      return producer;
    } catch (error) {
      await producer.disconnect().catch(() => undefined);
      throw error;
    }
  }

  /** Refuses what comes from now on, and resolves when what was there is written or has failed. */
  async close(): Promise<void> {
    this.refusal ??= new LogError('the log is closed', false);
    await Promise.all([...this.lanes.values()].map((lane) => lane.idle()));
    const producer = await this.producer?.catch(() => undefined);
    await producer?.disconnect();
  }
}

/** What arrives for a partition of a topic while a send is under way becomes the next send. */
class Lane {
  private waiting: Waiting[] = [];
  private waitingBytes = 0;
  private running: Promise<void> | undefined;

  constructor(private readonly send: (records: readonly RecordToSend[]) => Promise<number>) {}

  add(records: readonly RecordToSend[]): Promise<number> {
    const bytes = sizeOf(records);
    if (this.waitingBytes > 0 && this.waitingBytes + bytes > WAITING_BYTES_MAX) {
      return Promise.reject(new LogError(`more than ${WAITING_BYTES_MAX} bytes wait to be written`, true));
    }
    this.waitingBytes += bytes;
    return new Promise((resolve, reject) => {
      this.waiting.push({ records, bytes, resolve, reject });
      this.running ??= this.run();
    });
  }

  async idle(): Promise<void> {
    await this.running;
  }

  private async run(): Promise<void> {
    // What is added in the same turn of the event loop goes together.
    await Promise.resolve();
    while (this.waiting.length > 0) await this.sendGroup(this.nextGroup());
    this.running = undefined;
  }

  private nextGroup(): Waiting[] {
    let bytes = 0;
    let count = 0;
    for (const each of this.waiting) {
      if (count > 0 && bytes + each.bytes > SEND_BYTES_MAX) break;
      bytes += each.bytes;
      count++;
    }
    this.waitingBytes -= bytes;
    return this.waiting.splice(0, count);
  }

  private async sendGroup(group: readonly Waiting[]): Promise<void> {
    try {
      let offset = await this.send(group.flatMap(({ records }) => records));
      for (const { records, resolve } of group) {
        resolve(offset);
        offset += records.length;
      }
    } catch (error) {
      for (const { reject } of group) reject(error as LogError);
    }
  }
}

type Answer = Awaited<ReturnType<Producer['send']>>;

/** An answer that does not speak of this partition, or has no offset, is no acknowledgement. */
export function checkedOffset(answer: Answer, topic: string, partition: number): number {
  const [entry, ...others] = answer;
  const offset = Number(entry?.baseOffset ?? entry?.offset ?? -1);
  const isOurs = entry?.topicName === topic && entry.partition === partition && entry.errorCode === 0;
  if (isOurs && others.length === 0 && Number.isSafeInteger(offset) && offset >= 0) return offset;
  throw new LogError(`the answer does not cover what was sent: ${JSON.stringify(answer)}`, true);
}

function sizeOf(records: readonly RecordToSend[]): number {
  return records.reduce((sum, { key, value }) => {
    return sum + RECORD_OVERHEAD_BYTES + (key === null ? 0 : Buffer.byteLength(key)) + (value?.length ?? 0);
  }, 0);
}
