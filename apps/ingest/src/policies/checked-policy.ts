import { type Inbound, jsonRecordSchema } from '@offramp/events';
import { parsePolicy } from '@offramp/ladder';
import { Problem } from '@offramp/service';

/** A policy stands in every partition and in memory. */
const DOCUMENT_CHARACTERS_MAX = 256 * 1024;

export interface CheckedPolicy {
  readonly id: string;
  /** As it was given, unknown fields too: the id is the hash of exactly this. */
  readonly document: Inbound<'PolicyActivated'>['data']['document'];
}

/** Throws Problem `invalid-policy`, with a pointer to each mistake; what is below a floor says so. */
export function checkedPolicy(body: unknown): CheckedPolicy {
  const json = jsonRecordSchema.safeParse(body);
  if (!json.success) throw invalid(json.error.issues.map(({ message }) => ({ pointer: '', message })));
  if (JSON.stringify(json.data).length > DOCUMENT_CHARACTERS_MAX) {
    throw invalid([{ pointer: '', message: `A policy is at most ${DOCUMENT_CHARACTERS_MAX} characters of JSON` }]);
  }
  const parsed = parsePolicy(json.data);
  switch (parsed.kind) {
    case 'policy':
      return { id: parsed.policy.id, document: json.data as CheckedPolicy['document'] };
    case 'unknown-semantics':
      throw invalid([{ pointer: '/semantics', message: 'This program does not have that version of the rules' }]);
    case 'invalid':
      throw invalid(parsed.errors);
  }
}

function invalid(errors: readonly { readonly pointer: string; readonly message: string }[]): Problem {
  return new Problem('invalid-policy', {
    detail: errors[0]?.message,
    errors: errors.map(({ pointer, message }) => ({ pointer, detail: message })),
  });
}
