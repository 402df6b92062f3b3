export { ACCESS_TYPES, SCOPES, accessSchemas, keyIdSchema, keyTenantSchema, scopeSchema } from './access.js';
export type { Access, AccessEvent, AccessName, Scope } from './access.js';
export { CONTENT_KINDS, CONTENT_TYPES, contentData, contentSchemas } from './content.js';
export type { Content, ContentEvent, ContentName } from './content.js';
export { accessCodec, contentCodec, createCodec, deadCodec, decisionsCodec, inboundCodec } from './codec.js';
export type { Codec, Decoded, UndecodableCause } from './codec.js';
export { DEAD_CAUSES, DEAD_TYPES, deadData, deadSchemas } from './dead.js';
export type { Dead, DeadCause, DeadEvent, DeadName } from './dead.js';
export {
  DECISION_TYPES,
  ENDED_BY,
  REOPENED_MAX,
  STAGES,
  WITHHELD_CAUSES,
  decisionData,
  decisionSchemas,
  stageSchema,
} from './decisions.js';
export type {
  Because,
  Decision,
  DecisionEvent,
  DecisionName,
  EndPath,
  EndedBy,
  LadderView,
  Stage,
} from './decisions.js';
export { EVENT_ID_LENGTH_MAX, SOURCE_OF_PARTITION, envelopeSchema, timeSchema } from './envelope.js';
export type { Envelope } from './envelope.js';
export {
  RISK_KINDS,
  VERDICTS,
  categorySchema,
  evidenceSchema,
  intentSchema,
  scoreSchema,
  scoresSchema,
  verdictSchema,
} from './evidence.js';
export type { Evidence, Intent, RiskKind, Verdict } from './evidence.js';
export { sha256Hex } from './hash.js';
export {
  decisionId,
  encodePart,
  messageEventId,
  messageIdSchema,
  tenantIdSchema,
  threadIdSchema,
  threadKey,
} from './ids.js';
export type { DecisionId, DecisionOrigin, MessageId, TenantId, ThreadId } from './ids.js';
export { INBOUND_TYPES, ROLES, actorSchema, inboundData, inboundSchemas, roleSchema, signalSchema } from './inbound.js';
export type { Inbound, InboundEvent, InboundName, Role } from './inbound.js';
export { partitionOfKey, partitionOfThread, shareOfThread } from './partition.js';
export { JSON_DEPTH_MAX, jsonRecordSchema } from './json-record.js';
export { nameSchema } from './name.js';
export { OFFSET_OF_HISTORY, parsePosition, position, positionSchema } from './position.js';
export type { Position } from './position.js';
export { TOPICS, TOPIC_NAMES, isTopic } from './topics.js';
export type { Topic } from './topics.js';
export { upcaster } from './upcast.js';
export type { RawEvent, Upcaster } from './upcast.js';
export { decisionWords, inboundWords, scoreWords } from './words.js';
