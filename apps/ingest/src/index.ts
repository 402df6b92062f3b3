export { decisionFinder } from './find-decision.js';
export { IngestModule } from './ingest.module.js';
export type { IngestOptions } from './ingest.module.js';
export { messageRequestSchema } from './messages/message-request.js';
export type { MessageRequest } from './messages/message-request.js';
export type { DatabaseClock, DecisionPlace, FindDecision } from './tokens.js';
