/*
 * What a process needs before anything else: its configuration, its log, its lock and how it ends. An entry of its own,
 * because loading the rest of this library, with Nest, takes most of a start, and other things can begin before it.
 */
export { ConfigError, parseConfig } from '../config/config.js';
export type { Config, DatabaseConfig, KafkaConfig, ParsedConfig } from '../config/config.js';
export { createLogger } from '../logging.js';
export { closeInOrder, orClose } from './closing.js';
export { DirectoryInUse, lockDirectory } from './data-lock.js';
export type { DataLock } from './data-lock.js';
export { createKey, listKeys, revokeKey } from '../access/key-changes.js';
export { requireDatabase } from './configured-database.js';
export { kafkaConnection } from './configured-log.js';
export { tellParent } from './process-life.js';
export { PROCESS_EXIT, readConfig, runService } from './run-service.js';
export type { RunningService, ServiceContext, ServiceProcess } from './run-service.js';
export type { Logger } from 'pino';
