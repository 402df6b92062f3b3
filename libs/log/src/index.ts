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
