import fc from 'fast-check';
import { RISK_KINDS, VERDICTS } from '../evidence.js';
import type { Evidence, Intent, Verdict } from '../evidence.js';
import type { MessageId } from '../ids.js';
import { OFFSET_OF_HISTORY, type Position, position } from '../position.js';

/*
 * Arbitrary values of the contract, written by hand rather than derived from the schemas: a schema that is wrong is not
 * its own witness.
 */

const USUAL = [...'abcdefXYZ0189_.-:@'];
const UNUSUAL = [...' /%+~"\\\'<>&#?éß你\u2028\ufffd😀\u{10ffff}'];
const CHARACTERS = fc.constantFrom(...USUAL, ...USUAL, ...UNUSUAL);

/** 1 to `max` Unicode characters. Most are short, some are as long as they may be. */
export function names(max: number): fc.Arbitrary<string> {
  const short = fc.string({ unit: CHARACTERS, minLength: 1, maxLength: Math.min(10, max) });
  const longest = fc.constantFrom('x'.repeat(max), '😀'.repeat(max), '/'.repeat(max));
  return fc.oneof({ weight: 30, arbitrary: short }, { weight: 1, arbitrary: longest });
}

export const tenants: fc.Arbitrary<string> = fc.stringMatching(/^[A-Za-z0-9_.-]{1,64}$/);
export const threadIds: fc.Arbitrary<string> = names(128);
export const messageIds: fc.Arbitrary<MessageId> = names(128).map((id) => id as MessageId);
export const actors: fc.Arbitrary<string> = names(128);
export const policyIds: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('default', 'strict', 'trial/2'), fc.stringMatching(/^[0-9a-f]{8}$/))
  .map(([name, hash]) => `${name}@${hash}`);
export const decisionIds: fc.Arbitrary<string> = fc.stringMatching(/^[0-9a-f]{32}$/);

/** As the ingest writes it: UTC with milliseconds. */
export const times: fc.Arbitrary<string> = fc
  .date({ min: new Date('0001-01-01T00:00:00.000Z'), max: new Date('9999-12-31T23:59:59.999Z'), noInvalidDate: true })
  .map((date) => date.toISOString());

export const positions: fc.Arbitrary<Position> = fc
  .tuple(fc.nat({ max: 999_999 }), fc.oneof(fc.nat(), fc.maxSafeNat(), fc.constant(OFFSET_OF_HISTORY)))
  .map(([partition, offset]) => position(partition, offset));

/** 0 to 1, often the ends. Never -0: JSON has no such number. */
export const scores: fc.Arbitrary<number> = fc
  .oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 0.8, 0.93))
  .map((score) => score + 0);

export const categories: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(
    'abuse',
    'harassment',
    'harassment/threatening',
    'sexual/minors',
    'self-harm/intent',
    'not-known-yet',
  ),
  fc.stringMatching(/^[a-z0-9/-]{1,64}$/),
);

export const intents: fc.Arbitrary<Intent> = fc.constantFrom('end', 'confirm-end');
export const verdicts: fc.Arbitrary<Verdict> = fc.constantFrom(...VERDICTS);

export const evidences: fc.Arbitrary<Evidence> = withOptional(
  {
    assessor: names(64),
    version: names(64),
    status: fc.constantFrom('assessed', 'unavailable'),
    harm: fc.dictionary(categories, scores, { maxKeys: 4, noNullPrototype: true }),
  },
  {
    risk: fc.dictionary(fc.constantFrom<string>(...RISK_KINDS), scores, { maxKeys: 4, noNullPrototype: true }),
    intent: intents,
  },
);

type Values<Fields> = { [Name in keyof Fields]: Fields[Name] extends fc.Arbitrary<infer Value> ? Value : never };
type Flat<Type> = { [Name in keyof Type]: Type[Name] };
export type FieldsOf = Readonly<Record<string, fc.Arbitrary<unknown>>>;

/** Objects with all of the first fields and any of the second ones. */
export function withOptional<Required extends FieldsOf, Optional extends FieldsOf>(
  required: Required,
  optional: Optional,
): fc.Arbitrary<Flat<Values<Required> & Partial<Values<Optional>>>> {
  const fields = { ...required, ...optional } as Record<string, fc.Arbitrary<unknown>>;
  const objects = fc.record(fields, { requiredKeys: Object.keys(required), noNullPrototype: true });
  return objects as fc.Arbitrary<unknown> as fc.Arbitrary<Flat<Values<Required> & Partial<Values<Optional>>>>;
}
