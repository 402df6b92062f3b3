import fc from 'fast-check';
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
    appliesTo: fc.constantFrom('new', 'new', 'all'),
    forgetAfter: fc.constantFrom('P30D', 'P30D', 'PT2H'),
    guard: fc.constantFrom({ expiresAfter: 'P7D' }, { expiresAfter: 'PT30S' }),
    perCategory: fc.constantFrom({}, {}, { hate: { redirects: 3, persistAfterWarning: 2 } }),
    risk: fc.constantFrom(BUILT_IN_POLICY.document.risk, { ...BUILT_IN_POLICY.document.risk, 'violence-intent': 0.9 }),
    harm: fc.constantFrom(
      { abuse: 0.8, hate: 0.8 },
      { abuse: 0.8, hate: 0.8 },
      { abuse: 0.8, hate: 0.8 },
      { abuse: 0.96, hate: 0.5 },
    ),
  })
  .chain((changes) => fc.constantFrom(1, 1, 1, 0.5).map((share) => ({ document: policyDocument(changes), share })));
