import fc from 'fast-check';
import { assert } from '../../assert.js';
import { BUILT_IN_POLICY } from '../../built-in-policy.js';

/** A document to activate, and for which share of the threads. */
export interface PolicyChoice {
  readonly document: Readonly<Record<string, unknown>>;
  readonly share: number;
}

/** The built-in document, changed. */
export function policyDocument(changes: Readonly<Record<string, unknown>> = {}): Readonly<Record<string, unknown>> {
  return { ...BUILT_IN_POLICY.document, texts: {}, ...changes };
}

/** The durations that documents of the generator, and the built-in one, speak of; so nobody who checks has to parse them. */
const MS: Readonly<Record<string, number>> = {
  PT30S: 30_000,
  PT2H: 2 * 3_600_000,
  P7D: 7 * 86_400_000,
  P30D: 30 * 86_400_000,
};

export function msOf(duration: string): number {
  const ms = MS[duration];
  assert(ms !== undefined, `${duration} is a duration of the generator`);
  return ms;
}

/** The one way in which a document of the generator is refused. */
export const BELOW_FLOOR = { redirects: 1 };

export function isBelowFloor({ redirects }: { readonly redirects: number }): boolean {
  return redirects === BELOW_FLOOR.redirects;
}

/** Valid documents at and near the floors, whose lines end soon and are forgotten soon. */
export const policyArbitrary: fc.Arbitrary<PolicyChoice> = fc
  .record({
    name: fc.constantFrom('swift', 'trial'),
    redirects: fc.constantFrom(2, 2, 2, 3),
    persistAfterWarning: fc.constantFrom(1, 1, 2),
    calmTurns: fc.constantFrom(3, 1, 2),
    delivery: fc.constantFrom('reply', 'reply', 'assumed', 'reported'),
    endBy: fc.constantFrom('pipeline', 'model', 'pipeline', 'model', 'nobody'),
    modelConfirmations: fc.constantFrom(2, 1),
    appliesTo: fc.constantFrom('new', 'all'),
    forgetAfter: fc.constantFrom('P30D', 'P30D', 'PT2H'),
    guard: fc.constantFrom({ expiresAfter: 'P7D' }, { expiresAfter: 'PT30S' }),
    perCategory: fc.constantFrom({}, { hate: { redirects: 3, persistAfterWarning: 2 } }),
    risk: fc.constantFrom(BUILT_IN_POLICY.document.risk, { ...BUILT_IN_POLICY.document.risk, 'violence-intent': 0.9 }),
    harm: fc.constantFrom(
      { abuse: 0.8, hate: 0.8 },
      { abuse: 0.8, hate: 0.8 },
      { abuse: 0.8, hate: 0.8 },
      { abuse: 0.96, hate: 0.5 },
    ),
  })
  .chain((changes) => fc.constantFrom(1, 1, 1, 0.5).map((share) => ({ document: policyDocument(changes), share })));
