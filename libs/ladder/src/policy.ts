import { RISK_KINDS, categorySchema, scoreSchema, sha256Hex } from '@offramp/events';
import { z } from 'zod';
import { canonicalJson } from './canonical-json.js';
import { parseDuration } from './duration.js';

/** Versions of the ladder's rules that this program has. Each stays for ever, so an upgrade changes no outcome. */
export const SUPPORTED_SEMANTICS: readonly number[] = [1];

/*
 * Floors: what no policy can lower (docs/INVARIANTS.md, LAST-RESORT and GUARD). Their messages begin with "Floor:", so that
 * a refusal names them. That unknown evidence never counts and that one message never ends a line hold by construction:
 * no field of the document speaks of them.
 */
const REDIRECTS_FLOOR = 2;
const PERSIST_FLOOR = 1;
/** Above this a number is a slip of the pen rather than a policy; it also bounds what a ladder carries. */
const TURNS_MAX = 50;

const redirects = z
  .int()
  .min(
    REDIRECTS_FLOOR,
    `Floor: redirects are at least ${REDIRECTS_FLOOR}, an end comes after several failed redirections`,
  )
  .max(TURNS_MAX);
const persistAfterWarning = z
  .int()
  .min(PERSIST_FLOOR, `Floor: persistAfterWarning is at least ${PERSIST_FLOOR}, a warning precedes an end`)
  .max(TURNS_MAX);

const durationSchema = z
  .string()
  .refine(
    (text) => (parseDuration(text) ?? 0) > 0,
    'A duration is ISO 8601 in W, D, H, M or S, and longer than nothing',
  );

const harmThreshold = scoreSchema.refine((score) => score > 0, 'Floor: a threshold of 0 would count what was not seen');
const guardedRisk = scoreSchema.refine((score) => score > 0, 'A threshold is greater than 0');

/** Every risk is guarded: a document without one of them is refused. */
const riskSchema = z.object(
  Object.fromEntries(RISK_KINDS.map((kind) => [kind, requiredRisk(guardedRisk, kind)])) as Record<
    (typeof RISK_KINDS)[number],
    typeof guardedRisk
  >,
  'Floor: the guard exists, with a threshold for each of the four risks',
);

const textSchema = z.object({ instruction: z.string().max(4000).optional(), notice: z.string().max(4000).optional() });

/** CONTRACT: a policy document. Unknown fields are ignored, and are part of the id all the same. */
export const policyDocumentSchema = z.object({
  name: z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'A name is 1 to 64 characters of A-Z a-z 0-9 _ . -'),
  semantics: z.literal(1),
  appliesTo: z.enum(['new', 'all']).default('new'),
  redirects,
  persistAfterWarning,
  calmTurns: z.int().min(1).max(TURNS_MAX),
  delivery: z.enum(['reply', 'reported', 'assumed']),
  endBy: z.enum(['pipeline', 'model', 'nobody']),
  modelConfirmations: z.literal([1, 2]).default(2),
  forgetAfter: durationSchema,
  harm: z.record(categorySchema, harmThreshold),
  risk: riskSchema,
  guard: z.object({ expiresAfter: durationSchema }, 'Floor: the guard exists, and says after how long it expires'),
  perCategory: z
    .record(
      categorySchema,
      z.object({ redirects: redirects.optional(), persistAfterWarning: persistAfterWarning.optional() }),
    )
    .default({}),
  texts: z.record(z.string().min(2).max(35), z.record(z.string().min(1).max(32), textSchema)).default({}),
});

export type PolicyDocument = z.infer<typeof policyDocumentSchema>;

/** A checked document, ready to decide by: durations in ms. */
export interface Policy extends PolicyDocument {
  readonly id: string;
  readonly forgetAfterMs: number;
  readonly guardMs: number;
}

export interface PolicyError {
  /** JSON pointer (RFC 6901) into the document. */
  readonly pointer: string;
  readonly message: string;
}

export type ParsedPolicy =
  | { readonly kind: 'policy'; readonly policy: Policy }
  | { readonly kind: 'unknown-semantics'; readonly semantics: unknown }
  | { readonly kind: 'invalid'; readonly errors: readonly PolicyError[] };

/** `name@` and the first 8 hex digits of the SHA-256 of the document's RFC 8785 form. */
export function policyId(document: { readonly name: string }): string {
  return `${document.name}@${sha256Hex(canonicalJson(document)).slice(0, 8)}`;
}

/** Checks a document against schema and floors. Rules of a newer program are told apart from mistakes. */
export function parsePolicy(document: unknown): ParsedPolicy {
  const semantics = (document as { semantics?: unknown } | null)?.semantics;
  if (typeof semantics === 'number' && Number.isInteger(semantics) && !SUPPORTED_SEMANTICS.includes(semantics)) {
    return { kind: 'unknown-semantics', semantics };
  }
  const parsed = policyDocumentSchema.safeParse(document);
  if (!parsed.success) return { kind: 'invalid', errors: parsed.error.issues.map(errorOf) };
  return {
    kind: 'policy',
    policy: {
      ...parsed.data,
      id: policyId(document as PolicyDocument),
      forgetAfterMs: parseDuration(parsed.data.forgetAfter) ?? 0,
      guardMs: parseDuration(parsed.data.guard.expiresAfter) ?? 0,
    },
  };
}

export function redirectsFor(policy: Policy, category: string): number {
  return policy.perCategory[category]?.redirects ?? policy.redirects;
}

export function persistFor(policy: Policy, category: string): number {
  return policy.perCategory[category]?.persistAfterWarning ?? policy.persistAfterWarning;
}

function requiredRisk(schema: typeof guardedRisk, kind: string): typeof guardedRisk {
  return z.number(`Floor: the guard needs a threshold for ${kind}`).pipe(schema) as unknown as typeof guardedRisk;
}

function errorOf(issue: z.core.$ZodIssue): PolicyError {
  const pointer = issue.path.map((part) => `/${String(part).replace(/~/g, '~0').replace(/\//g, '~1')}`).join('');
  return { pointer, message: issue.message };
}
