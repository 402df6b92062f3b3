export { threadScope } from './facts.js';
export type { EndFact, Fact, FactKind, FactValues, Facts, MessageFact, PolicyFact } from './facts.js';
export { viewOf } from './ladder.js';
export type { Awaiting, Climb, Confirming, EndedLadder, Ladder, OpenLadder, PolicyRef } from './ladder.js';
