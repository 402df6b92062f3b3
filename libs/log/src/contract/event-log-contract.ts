import { appendContract } from './append-contract.js';
import { factsContract } from './facts-contract.js';
import { groupContract } from './group-contract.js';
import type { LogContract } from './harness.js';
import { readContract } from './read-contract.js';
import { stateContract } from './state-contract.js';
import { trimContract } from './trim-contract.js';

/**
 * Registers the tests that every adapter of `EventLog` has to pass. What stands here is what the rest of the program
 * relies on; what one adapter promises beyond it is tested beside that adapter.
 */
export function eventLogContract(name: string, contract: LogContract): void {
  describe(`${name} keeps the contract of an event log:`, () => {
    describe('append', () => appendContract(contract));
    describe('read', () => readContract(contract));
    describe('trim', () => trimContract(contract));
    describe('state', () => stateContract(contract));
    describe('facts', () => factsContract(contract));
    describe('group', () => groupContract(contract));
  });
}
