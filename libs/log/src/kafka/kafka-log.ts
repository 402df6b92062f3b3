import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { TOPICS, type Topic, isTopic } from '@offramp/events';
import {
  type Append,
  type EventLog,
  type GroupListener,
  LogError,
  type Membership,
  type PartitionState,
  type ReadOptions,
  type ReadResult,
} from '../event-log.js';
import { passFailPoint } from '../fail-points.js';
import { type KafkaClient, type KafkaConnection, createClient } from './client.js';
import { FetchSessions } from './fetch-session.js';
import { GroupMember } from './group-member.js';
import { GroupMembership } from './group-membership.js';
import { findTopics } from './installed-topics.js';
import { KafkaState } from './kafka-state.js';
import { LocalStore } from './local-store.js';
import { PartitionOffsets } from './partition-offsets.js';
import { PartitionReader } from './partition-reader.js';
import { PartitionSender } from './partition-sender.js';
import { type Part, checkSize, toRecord } from './records-to-send.js';
import { Trimmer } from './trimmer.js';
import { Turns } from './turns.js';

export interface KafkaLogOptions extends KafkaConnection {
  /** Where the local stores of the decider's partitions lie. They save reading facts.v1 again, and may be deleted. */
  readonly dataDir: string;
  /** Refuses a cluster whose topics have another number of partitions. */
  readonly partitions?: number;
  /** A member that is not heard of for so long is out of its groups. Default 10 s. */
  readonly sessionMs?: number;
  /** Default 1 s. */
  readonly heartbeatMs?: number;
}

const SESSION_MS = 10_000;
const HEARTBEAT_MS = 1000;
/** A process that is given all partitions at once needs the memory for a few. */
const RESTORES_AT_ONCE = 2;

/** Opens a log on the topics that `ensureTopics` has created. Throws LogError. */
export async function openKafkaLog(options: KafkaLogOptions): Promise<EventLog> {
  const client = createClient(options);
  const { partitions, clusterId } = await findTopics(client, options.partitions);
  return new KafkaLog(client, options, { partitions, source: `${clusterId}/${client.topicName(TOPICS.facts)}` });
}

class KafkaLog implements EventLog {
  readonly partitions: number;
  /** A cluster that went away comes back: that is for the callers' retries, not an end. */
  readonly failed = new Promise<never>(() => {});
  private readonly source: string;
  private readonly instance = randomUUID();
  private readonly closed = new AbortController();
  private readonly sessions: FetchSessions;
  private readonly offsets: PartitionOffsets;
  private readonly trimmer: Trimmer;
  private readonly readers = new Map<string, PartitionReader>();
  private readonly senders = new Map<number, PartitionSender>();
  private readonly states = new Map<number, Promise<KafkaState>>();
  private readonly turns = new Turns(RESTORES_AT_ONCE);
  private readonly memberships = new Set<GroupMembership>();
  private readonly appending = new Set<Promise<unknown>>();
  private closing: Promise<void> | undefined;

  constructor(
    private readonly client: KafkaClient,
    private readonly options: KafkaLogOptions,
    { partitions, source }: { readonly partitions: number; readonly source: string },
  ) {
    this.partitions = partitions;
    this.source = source;
    // Every reader that waits listens to it.
    setMaxListeners(0, this.closed.signal);
    this.sessions = new FetchSessions(client);
    this.offsets = new PartitionOffsets(client, this.closed.signal);
    this.trimmer = new Trimmer(client, this.offsets, this.closed.signal);
  }

  async append(appends: readonly Append[]): Promise<readonly number[]> {
    for (const { topic, partition } of appends) this.check(topic, partition);
    const parts = appends.map((append) => ({ ...append, records: append.records.map(toRecord) }));
    for (const { topic, records } of parts) checkSize(topic, records);
    const appending = this.appendParts(parts);
    this.appending.add(appending);
    try {
      return await appending;
    } finally {
      this.appending.delete(appending);
    }
  }

  private async appendParts(parts: readonly Part[]): Promise<readonly number[]> {
    const offsets: number[] = [];
    // One after the other: a later append is never durable without the earlier ones.
    for (const { topic, partition, records } of parts) {
      if (offsets.length > 0) passFailPoint('between-appends');
      if (records.length > 0) offsets.push(await this.sender(partition).send(topic, records));
      else offsets.push((await this.offsets.bounds({ topic: this.client.topicName(topic), partition })).end);
    }
    passFailPoint('after-append');
    return offsets;
  }

  /** The disks are the brokers' to watch; a full one shows here as appends that fail. */
  checkRoom(): Promise<void> {
    return Promise.resolve();
  }

  async read(topic: Topic, partition: number, from: number, options?: ReadOptions): Promise<ReadResult> {
    this.check(topic, partition);
    return this.reader(topic, partition).read(from, options);
  }

  async bounds(topic: Topic, partition: number): Promise<{ readonly start: number; readonly end: number }> {
    this.check(topic, partition);
    return this.offsets.bounds({ topic: this.client.topicName(topic), partition });
  }

  async trim(topic: Topic, partition: number, before: number): Promise<number> {
    this.check(topic, partition);
    const removed = await this.trimmer.trim(topic, partition, before);
    this.reader(topic, partition).forgetKept();
    return removed;
  }

  async openState(partition: number): Promise<PartitionState> {
    this.check(TOPICS.facts, partition);
    if (this.states.has(partition)) throw new LogError(`the state of partition ${partition} is open already`, false);
    const onClose = (): void => void this.states.delete(partition);
    const opening = this.restoreState(partition, onClose);
    this.states.set(partition, opening);
    try {
      return await opening;
    } catch (error) {
      onClose();
      throw error;
    }
  }

  private async restoreState(partition: number, onClose: () => void): Promise<KafkaState> {
    const { client, instance, options } = this;
    const file = `${encodeURIComponent(client.topicName(TOPICS.facts))}-${partition}.mdb`;
    const store = await LocalStore.open(join(options.dataDir, file), this.source);
    const reader = this.reader(TOPICS.facts, partition);
    const topic = {
      bounds: () => this.bounds(TOPICS.facts, partition),
      read: (from: number) => reader.readRaw(from),
    };
    try {
      const { turns } = this;
      return await KafkaState.open({
        partition,
        instance,
        sender: this.sender(partition),
        store,
        topic,
        turns,
        onClose,
      });
    } catch (error) {
      await store.close();
      throw error;
    }
  }

  async join(group: string, listener: GroupListener): Promise<Membership> {
    this.checkOpen();
    const { client, options, partitions } = this;
    const { sessionMs = SESSION_MS, heartbeatMs = HEARTBEAT_MS, logger } = options;
    const topic = client.topicName(TOPICS.inbound);
    const member = new GroupMember(client, {
      groupId: client.topicName(group),
      topic,
      partitions,
      sessionMs,
      heartbeatMs,
    });
    const membership = new GroupMembership({
      member,
      listener,
      heartbeatMs,
      logger,
      topicName: (name) => client.topicName(name),
    });
    this.memberships.add(membership);
    return {
      position: async (of, partition) => {
        this.check(of, partition);
        return membership.position(of, partition);
      },
      keepPosition: async (of, partition, next) => {
        this.check(of, partition);
        await membership.keepPosition(of, partition, next);
      },
      leave: async () => {
        await membership.leave();
        this.memberships.delete(membership);
      },
    };
  }

  close(): Promise<void> {
    return (this.closing ??= this.closeNow());
  }

  private async closeNow(): Promise<void> {
    this.closed.abort();
    await Promise.all([...this.memberships].map((membership) => membership.leave()));
    const states = await Promise.allSettled(this.states.values());
    for (const state of states) if (state.status === 'fulfilled') await state.value.close();
    await Promise.allSettled(this.appending);
    await Promise.all([...this.senders.values()].map((sender) => sender.close()));
    await Promise.all([this.sessions.close(), this.offsets.close(), this.trimmer.close()]);
  }

  private reader(topic: Topic, partition: number): PartitionReader {
    const key = `${topic}/${partition}`;
    let reader = this.readers.get(key);
    if (reader === undefined) {
      const name = this.client.topicName(topic);
      const bounds = () => this.offsets.bounds({ topic: name, partition });
      reader = new PartitionReader({
        ...{ topic, partition, name, bounds },
        sessions: this.sessions,
        closing: this.closed.signal,
      });
      this.readers.set(key, reader);
    }
    return reader;
  }

  private sender(partition: number): PartitionSender {
    let sender = this.senders.get(partition);
    if (sender === undefined) {
      sender = new PartitionSender(this.client, partition);
      this.senders.set(partition, sender);
    }
    return sender;
  }

  private check(topic: Topic, partition: number): void {
    this.checkOpen();
    if (!isTopic(topic)) throw new LogError(`there is no topic ${String(topic)}`, false);
    if (Number.isInteger(partition) && partition >= 0 && partition < this.partitions) return;
    throw new LogError(`${topic} has no partition ${partition}, only ${this.partitions}`, false);
  }

  private checkOpen(): void {
    if (this.closing !== undefined) throw new LogError('the log is closed', false);
  }
}
