export { DeciderModule } from './decider.module.js';
export { PartitionStopped, openPartitionLoop } from './partition-loop.js';
export type { BatchResult, PartitionLoop } from './partition-loop.js';
