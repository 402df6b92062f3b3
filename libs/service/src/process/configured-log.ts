import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type EventLog, type KafkaConnection, armFailPoint, openKafkaLog } from '@offramp/log';
import type { Logger } from 'pino';
import { type Config, ConfigError } from '../config/config.js';

/** A lost one or two do not end a session. */
const HEARTBEATS_A_SESSION = 10;

interface Who {
  /** As brokers see it in their logs and quotas. */
  readonly name: string;
  readonly logger: Logger;
}

/** The cluster that the configuration names, and how to speak to it. Throws ConfigError. */
export function kafkaConnection({ kafka, topicPrefix }: Config, { name, logger }: Who): KafkaConnection {
  if (kafka === undefined) {
    const hint = 'Standalone, with everything in one process, is `npm start`.';
    throw new ConfigError([`OFFRAMP_KAFKA_BROKERS is not set: this process works on Kafka. ${hint}`]);
  }
  const { brokers, ssl, sasl } = kafka;
  return {
    brokers,
    topicPrefix,
    clientId: `offramp-${name}-${hostname()}-${process.pid}`,
    ssl,
    logger,
    ...(sasl && { sasl: { ...sasl, password: passwordIn(sasl.passwordFile) } as NonNullable<KafkaConnection['sasl']> }),
  };
}

/** The event log of the distributed mode. Throws ConfigError and LogError. */
export function openConfiguredLog(config: Config, who: Who): Promise<EventLog> {
  const { dataDir, partitions, failPoint } = config;
  const connection = kafkaConnection(config, who);
  const { sessionMs } = config.kafka!;
  const timing = { sessionMs, heartbeatMs: Math.round(sessionMs / HEARTBEATS_A_SESSION) };
  if (failPoint !== undefined) armFailPoint(failPoint);
  return openKafkaLog({ ...connection, ...timing, dataDir, ...(partitions !== undefined && { partitions }) });
}

function passwordIn(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new ConfigError([`OFFRAMP_KAFKA_SASL_PASSWORD_FILE=${file} cannot be read (${why}). Allowed: a file.`]);
  }
}
