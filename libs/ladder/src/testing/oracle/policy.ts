import type { RISK_KINDS } from '@offramp/events';
import { BUILT_IN_POLICY } from '../../built-in-policy.js';
import { policyId } from '../../policy.js';
import { isBelowFloor, msOf } from '../history/policies.js';

/** What a document says, read without the parser of the fold: of that, only its id and the built-in document are taken. */
export interface Policy {
  readonly id: string;
  readonly name: string;
  readonly appliesTo: 'new' | 'all';
  readonly redirects: number;
  readonly persistAfterWarning: number;
  readonly calmTurns: number;
  readonly delivery: 'reply' | 'reported' | 'assumed';
  readonly endBy: 'pipeline' | 'model' | 'nobody';
  readonly modelConfirmations: number;
  readonly harm: Readonly<Record<string, number>>;
  readonly risk: Readonly<Record<(typeof RISK_KINDS)[number], number>>;
  readonly perCategory: Readonly<
    Record<string, { readonly redirects?: number; readonly persistAfterWarning?: number }>
  >;
  readonly forgetAfterMs: number;
  readonly guardMs: number;
}

interface Document extends Omit<Policy, 'id' | 'forgetAfterMs' | 'guardMs'> {
  readonly forgetAfter: string;
  readonly guard: { readonly expiresAfter: string };
}

/** A policy, or the cause for which the record is put aside. */
export function read(id: string, document: unknown): Policy | 'invalid-policy' | 'policy-id-mismatch' {
  const said = document as Document;
  if (isBelowFloor(said)) return 'invalid-policy';
  return policyId(said) === id ? policyOf(id, said) : 'policy-id-mismatch';
}

export const BUILT_IN: Policy = policyOf(BUILT_IN_POLICY.id, BUILT_IN_POLICY.document as unknown as Document);

function policyOf(id: string, document: Document): Policy {
  const { forgetAfter, guard } = document;
  return { ...document, id, forgetAfterMs: msOf(forgetAfter), guardMs: msOf(guard.expiresAfter) };
}
