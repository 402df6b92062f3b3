import {
  type Admin,
  type ISocketFactory,
  Kafka,
  type LogEntry,
  type Producer,
  type ProducerConfig,
  type SASLOptions,
  logLevel,
} from './kafkajs.js';
import type { ConnectionOptions } from 'node:tls';
import { type Cluster, createCluster } from './internals.js';
import { createOwnSockets } from './own-sockets.js';

/** Where lines about the connection go. pino fits. */
export interface KafkaLogger {
  debug(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface KafkaConnection {
  /** `host:port`, some of the cluster's; the rest is found by them. */
  readonly brokers: readonly string[];
  /** Before each topic's and group's name. */
  readonly topicPrefix: string;
  /** Shows up in the brokers' logs and quotas. */
  readonly clientId: string;
  readonly ssl?: boolean | ConnectionOptions;
  readonly sasl?: SASLOptions;
  readonly logger?: KafkaLogger;
  /** How long a write is tried again before its failure is told. Default 20 s, which is longer than a leader's replacement. */
  readonly recoveryMs?: number;
  /** How connections are made: through a proxy, or by a test that loses them. */
  readonly socketFactory?: ISocketFactory;
}

const CONNECTION_TIMEOUT_MS = 3000;
const REQUEST_TIMEOUT_MS = 30_000;
const METADATA_MAX_AGE_MS = 300_000;
/** A killed leader is replaced within 6 to 16 s with the brokers' default time-outs. */
const RECOVERY_MS = 20_000;
/** Always said, because kafkajs takes other defaults where NODE_ENV is `test`. */
const RETRY = { initialRetryTime: 100, maxRetryTime: 2000, multiplier: 2, factor: 0.2 };
const PRODUCER: ProducerConfig = {
  // A retry is not written twice.
  idempotent: true,
  allowAutoTopicCreation: false,
  // The partition is computed by us, from the key, and never by a client's default, which would override ours.
  createPartitioner:
    () =>
    ({ message }) =>
      message.partition!,
};
/** Where we try again ourselves, kafkajs need not do it much. */
const RETRIES_SHORT = 2;

export interface KafkaClient {
  topicName(topic: string): string;
  /** Each of these has connections of its own, which end when it disconnects. */
  createAdmin(): Admin;
  createProducer(): Producer;
  createCluster(): Cluster;
}

export function createClient(connection: KafkaConnection): KafkaClient {
  const { brokers, topicPrefix, clientId, ssl, sasl, logger } = connection;
  const retries = retriesWithin(connection.recoveryMs ?? RECOVERY_MS);
  const options = {
    brokers: [...brokers],
    clientId,
    ssl: ssl ?? false,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    retry: { ...RETRY, retries },
  };
  const createKafka = (socketFactory: ISocketFactory): Kafka =>
    new Kafka({
      ...options,
      socketFactory,
      ...(sasl === undefined ? {} : { sasl }),
      logLevel: logger === undefined ? logLevel.NOTHING : logLevel.WARN,
      logCreator: () => (entry) => logger !== undefined && pass(entry, logger),
    });
  const withOwnSockets = <Part extends { disconnect(): Promise<void> }>(
    create: (own: ISocketFactory) => Part,
  ): Part => {
    const sockets = createOwnSockets(connection.socketFactory);
    const part = create(sockets.socketFactory);
    const disconnect = part.disconnect.bind(part);
    part.disconnect = () => disconnect().finally(() => sockets.destroy());
    return part;
  };
  return {
    topicName: (topic) => `${topicPrefix}${topic}`,
    createAdmin: () => withOwnSockets((own) => createKafka(own).admin()),
    createProducer: () => withOwnSockets((own) => createKafka(own).producer(PRODUCER)),
    createCluster: () =>
      withOwnSockets((socketFactory) => {
        const retry = { ...RETRY, retries: RETRIES_SHORT };
        const logger = createKafka(socketFactory).logger();
        return createCluster({ ...options, sasl, retry, socketFactory, logger, metadataMaxAge: METADATA_MAX_AGE_MS });
      }),
  };
}

/** kafkajs counts attempts, and pauses longer after each. */
function retriesWithin(recoveryMs: number): number {
  let retries = 0;
  for (let pauseMs = RETRY.initialRetryTime, sum = 0; sum < recoveryMs; retries++) {
    sum += pauseMs;
    pauseMs = Math.min(pauseMs * RETRY.multiplier, RETRY.maxRetryTime);
  }
  return retries;
}

/**
 * kafkajs writes an ERROR for whatever it then retries, and the answers of a group in motion; what fails in the end comes to
 * the caller as a LogError. So its lines are for debugging, but those that speak of nothing that is retried.
 */
function pass({ level, namespace, log }: LogEntry, logger: KafkaLogger): void {
  const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...rest } = log;
  const fields = { namespace, ...rest };
  const isRetried = 'retryCount' in log || ['Connection', 'BrokerPool', 'Cluster', 'RequestQueue'].includes(namespace);
  if (level === logLevel.ERROR && !isRetried) logger.warn(fields, message);
  else logger.debug(fields, message);
}
