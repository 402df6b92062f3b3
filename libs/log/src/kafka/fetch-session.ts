import { LogError } from '../event-log.js';
import type { KafkaClient } from './client.js';
import { type FetchResponse, decodeFetchResponse } from './fetch-response.js';
import { type Broker, type Cluster, fetchRequest } from './internals.js';

/*
 * Connections that one reader has for itself. A broker answers the requests of a connection one after the other, so a
 * fetch that waits for the next record would hold up every other one on its connection.
 */

export interface Fetch {
  /** With its prefix. */
  readonly topic: string;
  readonly partition: number;
  readonly from: number;
  /** How long the broker may wait for the first record. */
  readonly waitMs: number;
  /** Of the batches as they lie there, mostly compressed; the first batch always comes whole. */
  readonly maxBytes: number;
}

const OFFSET_OUT_OF_RANGE = 1;

/** No such offset. Whoever asked knows the bounds. */
export class NoSuchOffset extends LogError {
  constructor() {
    super('there is no such offset', false);
  }
}

export class FetchSession {
  private cluster: Cluster | undefined;

  constructor(private readonly client: KafkaClient) {}

  /** Where anything went wrong the connections are given up, and the next fetch begins with new ones and looks for the leader. */
  async fetch(fetch: Fetch): Promise<FetchResponse> {
    const cluster = (this.cluster ??= this.client.createCluster());
    try {
      const broker = await leaderOf(cluster, fetch);
      const response = await broker.connectionPool.send(requestOf(fetch));
      if (response.errorCode === 0) return response;
      if (response.errorCode === OFFSET_OUT_OF_RANGE) throw new NoSuchOffset();
      throw new LogError(`${fetch.topic} ${fetch.partition} answers with error ${response.errorCode}`, true);
    } catch (error) {
      if (!(error instanceof NoSuchOffset)) await this.close();
      throw error;
    }
  }

  async close(): Promise<void> {
    const cluster = this.cluster;
    this.cluster = undefined;
    await cluster?.disconnect().catch(() => undefined);
  }
}

/** The metadata is asked for once; a leader that has moved says so. */
async function leaderOf(cluster: Cluster, { topic, partition }: Fetch): Promise<Broker> {
  await cluster.connect();
  await cluster.addTargetTopic(topic);
  const [nodeId] = Object.keys(cluster.findLeaderForPartitions(topic, [partition]));
  if (nodeId === undefined || nodeId === '-1') {
    throw new LogError(`${topic} ${partition} has no leader`, true);
  }
  return cluster.findBroker({ nodeId });
}

function requestOf({ topic, partition, from, waitMs, maxBytes }: Fetch) {
  return {
    ...fetchRequest({
      isolationLevel: 0,
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes,
      topics: [{ topic, partitions: [{ partition, fetchOffset: String(from), maxBytes }] }],
    }),
    response: {
      decode: (bytes: Buffer) => decodeFetchResponse(bytes, from),
      parse: (response: FetchResponse) => Promise.resolve(response),
    },
  };
}

/** Sessions that are free wait here for the next reader, best of all the one that used them last. */
export class FetchSessions {
  private readonly free: { readonly key: string; readonly session: FetchSession }[] = [];
  private readonly all = new Set<FetchSession>();
  private isClosed = false;

  constructor(private readonly client: KafkaClient) {}

  async use<Result>(key: string, work: (session: FetchSession) => Promise<Result>): Promise<Result> {
    if (this.isClosed) throw new LogError('the log is closed', false);
    const session = this.take(key);
    try {
      return await work(session);
    } finally {
      await this.giveBack(key, session);
    }
  }

  private take(key: string): FetchSession {
    const index = this.free.findIndex((each) => each.key === key);
    const found = index >= 0 ? this.free.splice(index, 1)[0] : undefined;
    if (found !== undefined) return found.session;
    const session = new FetchSession(this.client);
    this.all.add(session);
    return session;
  }

  private async giveBack(key: string, session: FetchSession): Promise<void> {
    this.free.push({ key, session });
    if (!this.isClosed && this.free.length <= FREE_SESSIONS_MAX) return;
    const { session: oldest } = this.free.shift()!;
    this.all.delete(oldest);
    await oldest.close();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await Promise.all([...this.all].map((session) => session.close()));
  }
}

/** Beyond it, connections that nobody uses are closed. A process with all apps and 8 partitions reads with about 40. */
const FREE_SESSIONS_MAX = 64;
