import { deciderKilled, deciderStopped, localStoreBroken, movedPartition, twoDeciders } from './scenarios/deciders.mjs';

/** In the order of running. @type {readonly import('./scenario.mjs').Scenario[]} */
export const SCENARIOS = [deciderKilled, deciderStopped, twoDeciders, movedPartition, localStoreBroken];
