/**
 * @typedef {object} Scenario
 * @property {string} name
 * @property {string} about
 * @property {(context: Context) => Promise<Outcome>} run breaks something, and resolves when the system has recovered
 */

/**
 * @typedef {object} Context
 * @property {import('./bed/bed.mjs').Bed} bed
 * @property {import('./bed/system.mjs').System} system
 * @property {(short: number, long: number) => number} times how often, in the short and in the long form
 * @property {{ recovery(ms: number): void }} told how long it took until a new message was decided and projected again
 */

/**
 * @typedef {object} Outcome
 * @property {number} times how often the fault was made
 * @property {string} seen
 * @property {number} [repeatsMin] decisions that must have been said again, or the fault was none
 * @property {readonly number[]} [stopped] partitions that have to stop with an alarm
 * @property {(input: string) => string} [translate] for the verifier, which is no newer program
 * @property {boolean} [historyIsGone] the log was cut on purpose: what is left can't be verified
 */

export {};
