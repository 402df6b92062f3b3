import { DECISION_TYPES, type DecisionEvent, type DecisionName } from '@offramp/events';

const NAMES = new Map<string, DecisionName>(
  (Object.keys(DECISION_TYPES) as DecisionName[]).map((name) => [DECISION_TYPES[name], name]),
);

/** The name of a decision's type without its wire form, for instance `RedirectAttempted`. */
export function nameOf(decision: DecisionEvent): DecisionName {
  return NAMES.get(decision.type)!;
}

/**
 * Whether an entry wipes the slate (DESIGN §5): every ladder value of the thread from before it reads as clear. The guard is
 * raised or extended by risk only; advice to support speaks of risk where its cause is one, and of harm under a guard else.
 */
export function wipes(decisions: readonly DecisionEvent[]): boolean {
  return decisions.some(({ type, data }) => {
    if (type === DECISION_TYPES.GuardRaised || type === DECISION_TYPES.GuardExtended) return true;
    return type === DECISION_TYPES.SupportAdvised && 'because' in data && data.because?.kind === 'risk';
  });
}

/** The ended messages whose ends a review took back in this entry. */
export function endsOverturned(decisions: readonly DecisionEvent[]): readonly string[] {
  return decisions.flatMap((decision) =>
    decision.type === DECISION_TYPES.ConversationReopened && decision.data.cause === 'review'
      ? decision.data.endIds
      : [],
  );
}

/** The policy that the last of these decisions names. */
export function policyOf(decisions: readonly DecisionEvent[]): string | null {
  for (let i = decisions.length - 1; i >= 0; i--) {
    const { data } = decisions[i]!;
    if ('policy' in data) return data.policy;
  }
  return null;
}

/** The category of harm, or the kind of risk, that spoke in the last of these decisions that names one. */
export function categoryOf(decisions: readonly DecisionEvent[]): string | null {
  for (let i = decisions.length - 1; i >= 0; i--) {
    const { data } = decisions[i]!;
    if ('because' in data && data.because !== undefined) return data.because.category;
  }
  return null;
}
