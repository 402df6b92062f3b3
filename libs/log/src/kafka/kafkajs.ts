import { createRequire } from 'node:module';
import type * as KafkaJs from 'kafkajs';

/** kafkajs is CommonJS, and Node does not see its exports one by one. */
const kafkajs = createRequire(import.meta.url)('kafkajs') as typeof KafkaJs;

export const { AssignerProtocol, CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs;
export type Kafka = KafkaJs.Kafka;
export type {
  Admin,
  ISocketFactory,
  ITopicConfig,
  LogEntry,
  Logger,
  Message,
  Producer,
  ProducerConfig,
  SASLOptions,
} from 'kafkajs';
