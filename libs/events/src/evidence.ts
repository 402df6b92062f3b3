import { z } from 'zod';
import { nameSchema } from './name.js';

/** The four kinds of risk. Every policy has a threshold for each (docs/INVARIANTS.md, GUARD). */
export const RISK_KINDS = ['self-harm', 'mental-health-crisis', 'harm-to-others', 'violence-intent'] as const;
export type RiskKind = (typeof RISK_KINDS)[number];

export const categorySchema = z.string().regex(/^[a-z0-9/-]{1,64}$/, 'A category is 1 to 64 characters of a-z 0-9 / -');
export const scoreSchema = z.number().min(0).max(1);
export const scoresSchema = z.record(categorySchema, scoreSchema);

export const INTENTS = ['end', 'confirm-end'] as const;
export const intentSchema = z.enum(INTENTS);
export type Intent = z.infer<typeof intentSchema>;

/**
 * What an assessor saw in one message. `harm` by category (unknown names are kept and ignored), `risk` by kind.
 * `risk: {}` says "looked, found none"; without `risk` the evidence is not complete and counts as unavailable.
 */
export const evidenceSchema = z.object({
  assessor: nameSchema(64),
  version: nameSchema(64),
  status: z.enum(['assessed', 'unavailable']),
  harm: scoresSchema.describe('Scores by category; unknown categories are kept and ignored'),
  risk: scoresSchema
    .optional()
    .describe('Scores by kind; {}: looked, found none; absent: the evidence is not complete'),
  intent: intentSchema.optional(),
});
export type Evidence = z.infer<typeof evidenceSchema>;

export const VERDICTS = [
  'continue',
  'redirect',
  'warn',
  'support',
  'confirm-end',
  'end-allowed',
  'end',
  'refuse',
] as const;
export const verdictSchema = z.enum(VERDICTS);
export type Verdict = z.infer<typeof verdictSchema>;
