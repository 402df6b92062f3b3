import { createRequire } from 'node:module';
import type { ISocketFactory, Logger, SASLOptions } from './kafkajs.js';

/*
 * The parts of kafkajs 2.2.4 that it does not export and that we need: reading one partition from a position without a
 * consumer group, and taking part in a group without its reader. This is why its version is pinned: an update of kafkajs
 * has to be checked against this file, and only this one.
 */
const load = createRequire(import.meta.url);

/** A response is read by us (`decode`); kafkajs then looks at what `decode` returned for a throttle time. */
export interface ProtocolRequest<Response> {
  readonly request: unknown;
  readonly requestTimeout?: number;
  readonly response: {
    decode(bytes: Buffer): Promise<Response>;
    parse(response: Response): Promise<Response>;
  };
}

export interface GroupMember {
  readonly memberId: string;
  readonly memberMetadata: Buffer;
}

export interface Broker {
  readonly nodeId: string;
  readonly connectionPool: { send<Response>(request: ProtocolRequest<Response>): Promise<Response> };
  joinGroup(request: {
    groupId: string;
    sessionTimeout: number;
    rebalanceTimeout: number;
    memberId: string;
    groupProtocols: readonly { name: string; metadata: Buffer }[];
  }): Promise<{
    generationId: number;
    leaderId: string;
    memberId: string;
    members: readonly GroupMember[];
  }>;
  syncGroup(request: {
    groupId: string;
    generationId: number;
    memberId: string;
    groupAssignment: readonly { memberId: string; memberAssignment: Buffer }[];
  }): Promise<{ memberAssignment: Buffer }>;
  heartbeat(request: { groupId: string; groupGenerationId: number; memberId: string }): Promise<unknown>;
  leaveGroup(request: { groupId: string; memberId: string }): Promise<unknown>;
  /** Offset "-1" where none was committed. Throws where a partition has an error. */
  offsetFetch(request: {
    groupId: string;
    topics: readonly { topic: string; partitions: readonly { partition: number }[] }[];
  }): Promise<{
    responses: readonly { partitions: readonly { partition: number; offset: string }[] }[];
  }>;
  offsetCommit(request: {
    groupId: string;
    groupGenerationId: number;
    memberId: string;
    topics: readonly { topic: string; partitions: readonly { partition: number; offset: string }[] }[];
  }): Promise<unknown>;
}

export interface PartitionMetadata {
  readonly partitionId: number;
  readonly leader: number;
  readonly replicas: readonly number[];
}

export interface Cluster {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  addTargetTopic(topic: string): Promise<void>;
  refreshMetadata(): Promise<void>;
  findTopicPartitionMetadata(topic: string): readonly PartitionMetadata[];
  /** Partitions by the id of the node that leads them; "-1" where none does. */
  findLeaderForPartitions(topic: string, partitions: readonly number[]): Readonly<Record<string, readonly number[]>>;
  findBroker(node: { readonly nodeId: string }): Promise<Broker>;
  findGroupCoordinator(group: { readonly groupId: string }): Promise<Broker>;
  /** `fromBeginning: true` asks for the first offset, false for the one that comes next. */
  fetchTopicsOffset(
    topics: readonly {
      readonly topic: string;
      readonly partitions: readonly { readonly partition: number }[];
      readonly fromBeginning?: boolean;
      readonly fromTimestamp?: number;
    }[],
  ): Promise<readonly { readonly partitions: readonly { readonly partition: number; readonly offset: string }[] }[]>;
}

export interface ClusterOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl: unknown;
  readonly sasl: SASLOptions | undefined;
  readonly connectionTimeout: number;
  readonly requestTimeout: number;
  readonly metadataMaxAge: number;
  readonly retry: object;
  readonly socketFactory: ISocketFactory;
  readonly logger: Logger;
}

interface FetchOptions {
  readonly isolationLevel: number;
  readonly maxWaitTime: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly { partition: number; fetchOffset: string; maxBytes: number }[];
  }[];
}

type ClusterClass = new (options: ClusterOptions & Record<string, unknown>) => Cluster;
type FetchProtocol = (options: FetchOptions) => { readonly request: unknown; readonly requestTimeout: number };
const ClusterOfKafkajs = load('kafkajs/src/cluster') as ClusterClass;
export const defaultSocketFactory = load('kafkajs/src/network/socketFactory') as () => ISocketFactory;
const fetchRequests = load('kafkajs/src/protocol/requests/fetch') as {
  protocol(version: { version: number }): FetchProtocol;
};
/** Version 11 of the request (KIP-392); Kafka 4.x answers 4 to 18. Its response is decoded in `fetch-response.ts`. */
const FETCH_VERSION = 11;

/** Its own connections: two to each broker it has to do with, of which one is for fetches alone. */
export function createCluster(options: ClusterOptions): Cluster {
  return new ClusterOfKafkajs({
    ...options,
    enforceRequestTimeout: true,
    allowAutoTopicCreation: false,
    isolationLevel: 0,
  });
}

export function fetchRequest(options: FetchOptions): { readonly request: unknown; readonly requestTimeout: number } {
  return fetchRequests.protocol({ version: FETCH_VERSION })(options);
}
