export {
  activated,
  again,
  answer,
  climb,
  endingsResumed,
  endingsSuspended,
  erased,
  feedback,
  harmful,
  message,
  proposal,
  reviewed,
  riskCleared,
  riskReported,
  risky,
  systemMessage,
  toolMessage,
  unassessed,
  unseeingAnswer,
} from './builders.js';
export type { Document, MessageOptions, Step } from './builders.js';
export { decisionAt, nameOf, quarantinedAt } from './decided.js';
export type { DecisionDraft, Input } from './decided.js';
export { described, describedDecisions } from './described.js';
export { activation, assessed, eventOf, messagePosted } from './events.js';
export type { MessageData, Place } from './events.js';
export { given, givenWithin } from './given.js';
export { historyArbitrary, historyOf } from './history/history.js';
export type { History } from './history/history.js';
export { movesArbitrary } from './history/moves.js';
export type { HistoryOptions, Move } from './history/moves.js';
export { policyArbitrary, policyDocument } from './history/policies.js';
export { guardUntil, lineAfter } from './oracle/history.js';
export type { Before as OracleBefore, Line as OracleLine, Past as OraclePast } from './oracle/history.js';
export { createOracle } from './oracle/oracle.js';
export type { Oracle, OracleOptions } from './oracle/oracle.js';
export { pastOf } from './past.js';
export type { Past } from './past.js';
