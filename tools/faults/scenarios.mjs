import { deciderKilled, deciderStopped, localStoreBroken, movedPartition, twoDeciders } from './scenarios/deciders.mjs';
import { ingestKilled, projectorKilled, projectorStopped, slowBatch, twoProjectors } from './scenarios/edges.mjs';
import { backlog, offsetOutOfRange, rebalanceStorm, unknownVersion } from './scenarios/groups.mjs';
import { allBrokersKilled, leadersKilled, postgresKilled } from './scenarios/servers.mjs';

/** In the order of running. @type {readonly import('./scenario.mjs').Scenario[]} */
export const SCENARIOS = [
  ...[deciderKilled, ingestKilled, projectorKilled],
  ...[deciderStopped, projectorStopped, twoDeciders, twoProjectors, movedPartition],
  ...[leadersKilled, allBrokersKilled, postgresKilled],
  ...[rebalanceStorm, slowBatch, backlog],
  ...[localStoreBroken, unknownVersion, offsetOutOfRange],
];
