export { openEmbeddedLog } from './embedded/embedded-log.js';
export type { EmbeddedLogOptions } from './embedded/embedded-log.js';
export { FAIL_POINTS, armFailPoint, passFailPoint } from './fail-points.js';
export type { ArmedFailPoint, FailPoint } from './fail-points.js';
export { LogError, LogFull, OffsetOutOfRange } from './event-log.js';
export type {
  Append,
  DeciderCommit,
  EventLog,
  GroupListener,
  Membership,
  NewRecord,
  PartitionState,
  Progress,
  ReadOptions,
  ReadResult,
  StoredRecord,
} from './event-log.js';
export type { KafkaConnection, KafkaLogger } from './kafka/client.js';
export type { KafkaLogOptions } from './kafka/kafka-log.js';
export { ensureTopics, openKafkaLog, openTemporaryKafkaLog } from './kafka/on-demand.js';
export type { TopicReport, TopicsOptions } from './kafka/topics.js';
export { createMergedStream, mergedSource } from './merged-stream.js';
export type { MergedCursor, MergedEntry, MergedPiece, MergedSource, MergedStream } from './merged-stream.js';
export { rejectedRecords } from './rejected-records.js';
export type { RejectedRecord } from './rejected-records.js';
export type { TemporaryKafkaLog, TemporaryKafkaLogOptions } from './testing/temporary-kafka-log.js';
export { openTemporaryLog } from './testing/temporary-log.js';
export type { TemporaryLog } from './testing/temporary-log.js';
