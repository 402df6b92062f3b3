export { ASSESS_IN_FLIGHT_MAX, ASSESS_TIMEOUT_MS, bounded, unavailable } from './assessor.js';
export type { AssessedMessage, Assessor, Bounds, Turn } from './assessor.js';
export { canonicalEvidence, completeEvidence, intentOf, mergeEvidence } from './complete-evidence.js';
export type { MessageToComplete } from './complete-evidence.js';
export { READ_MAX, firedRules, rules } from './rules.js';
export type { FiredRule } from './rules.js';
