import type { Parameters } from 'fast-check';

/*
 * OFFRAMP_PROPERTY_RUNS multiplies the cases of every property; OFFRAMP_PROPERTY_SEED begins elsewhere than the committed
 * seed. The committed one makes a run repeatable, and lets a test say how much of what it must have met.
 */
const MULTIPLIER = Number(process.env['OFFRAMP_PROPERTY_RUNS'] ?? 1);
const SEED = Number(process.env['OFFRAMP_PROPERTY_SEED'] ?? 20_260_101);

/** Where it only matters that a case fails, as under a seeded bug, the smallest one is not looked for. */
const ENDS_ON_FAILURE = process.env['OFFRAMP_PROPERTY_SHRINK'] === 'off';

/** `cases` in a normal run. */
export function cases<Case>(cases: number): Parameters<Case> {
  return { numRuns: Math.round(cases * MULTIPLIER), seed: SEED, endOnFailure: ENDS_ON_FAILURE };
}

/** How often something has to be met that `usual` cases are there for, also where fewer are asked for. */
export function leastOf(usual: number): number {
  return Math.floor(usual * Math.min(1, MULTIPLIER));
}
