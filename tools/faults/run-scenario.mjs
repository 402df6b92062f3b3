import { System } from './bed/system.mjs';

/** @typedef {import('./scenario.mjs').Scenario} Scenario */

/**
 * @typedef {object} Result
 * @property {string} name
 * @property {boolean} ok
 * @property {number} times how often the fault was made
 * @property {string} seen what came of it, or why the scenario failed
 * @property {{ medianMs: number, maxMs: number } | undefined} recovery until a new message was decided and projected again
 * @property {number | undefined} lagMs until lag was zero, from when nothing more was posted
 * @property {Partial<import('../verifier/check-log.mjs').Checked['counts']> & { acknowledged?: number }} counts
 * @property {number} tookMs
 */

/** Violations that are shown. */
const SHOWN_MAX = 5;

/**
 * Runs one scenario on an installation of its own, waits until lag is zero, and has the verifier look at all of it.
 * @param {import('./bed/bed.mjs').Bed} bed
 * @param {Scenario} scenario
 * @param {{ long: boolean }} options
 * @returns {Promise<Result>}
 */
export async function runScenario(bed, scenario, { long }) {
  const began = performance.now();
  /** @type {number[]} */
  const recoveries = [];
  const result = /** @type {Result} */ ({ name: scenario.name, ok: false, times: 0, seen: '', counts: {} });
  const system = new System(bed, scenario.name);
  try {
    await system.create();
    const told = { recovery: (/** @type {number} */ ms) => void recoveries.push(Math.round(ms)) };
    const times = (/** @type {number} */ short, /** @type {number} */ many) => (long ? many : short);
    const outcome = await scenario.run({ bed, system, told, times });
    Object.assign(result, { times: outcome.times, seen: outcome.seen, recovery: ofAll(recoveries) });
    await system.load.stop();
    Object.assign(result, await verdictOn(system, outcome));
  } catch (error) {
    result.seen = error instanceof Error ? error.message : String(error);
  } finally {
    await system.load.stop().catch(() => undefined);
    result.tookMs = Math.round(performance.now() - began);
    await bed.restore();
    await system.remove();
  }
  return result;
}

/**
 * @param {System} system
 * @param {import('./scenario.mjs').Outcome} outcome
 * @returns {Promise<Partial<Result>>}
 */
async function verdictOn(system, { repeatsMin = 0, stopped = [], historyIsGone = false, translate, seen }) {
  const lagMs = await system.lagZero(stopped);
  const alarms = await system.stopped();
  if (alarms !== stopped.length) return { seen: `${alarms} partitions have stopped, and ${stopped.length} had to` };
  if (historyIsGone) return { ok: true, lagMs, seen };
  const { ok, violations, counts } = await system.verify(translate);
  const all = { ...counts, acknowledged: system.load.acknowledged.length };
  if (!ok) {
    const first = violations.slice(0, SHOWN_MAX).map((each) => `${each.check} ${each.position} ${each.message}`);
    return { lagMs, counts: all, seen: `${violations.length} violations: ${first.join('; ')}` };
  }
  if (counts.repeats < repeatsMin) {
    return { lagMs, counts: all, seen: `only ${counts.repeats} decisions were said again: the fault was none` };
  }
  return { ok: true, lagMs, counts: all };
}

/** @param {readonly number[]} recoveries */
function ofAll(recoveries) {
  if (recoveries.length === 0) return undefined;
  const sorted = recoveries.toSorted((a, b) => a - b);
  return { medianMs: sorted[Math.floor(sorted.length / 2)] ?? 0, maxMs: sorted.at(-1) ?? 0 };
}
