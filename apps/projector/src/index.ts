export { createMergedStream } from './merged-stream.js';
export type { MergedCursor, MergedEntry, MergedPiece, MergedStream } from './merged-stream.js';
export { ProjectorModule } from './projector.module.js';
