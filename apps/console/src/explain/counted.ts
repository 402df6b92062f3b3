import type { EndPath } from '@offramp/events';
import type { DecisionRow, Explanation } from '@offramp/read-models';

/** Because of what a line stands where it stands. */
export interface Counted {
  /** Of decisions. */
  readonly ids: ReadonlySet<string>;
  /** How many redirects the policy asks for, of the category that spoke last. */
  readonly of: number;
  readonly warned: boolean;
  /** Of messages. */
  readonly harmful: readonly string[];
}

/** `decisions` of the line and its thread, in the order of the log. */
export function countedOf(explanation: Explanation, decisions: readonly DecisionRow[]): Counted {
  const of = redirectsAskedFor(explanation, decisions);
  const { stage, attempts, decisionId } = explanation.branch;
  const end = stage === 'ended' ? decisions.find((decision) => decision.decisionId === decisionId) : undefined;
  if (end !== undefined) return { of, ...countedForEnd(end, decisions) };
  if (stage === 'clear') return { of, ids: new Set(), warned: false, harmful: [] };
  return { of, ...countedSoFar(explanation, decisions, attempts) };
}

/** An end carries its own proof: the ladder wrote down what it counted. */
function countedForEnd(end: DecisionRow, decisions: readonly DecisionRow[]): Omit<Counted, 'of'> {
  const { redirects, warning, harmful } = end.data['path'] as EndPath;
  const delivered = [end.decisionId, ...redirects, ...(warning === undefined ? [] : [warning])];
  return { ids: new Set([...delivered, ...adviceAt(harmful, decisions)]), warned: warning !== undefined, harmful };
}

/** What was delivered since the line was clear, and what was advised once more since the warning. */
function countedSoFar(
  { branch, messages }: Explanation,
  decisions: readonly DecisionRow[],
  attempts: number,
): Omit<Counted, 'of'> {
  const ofLine = new Set(messages.map(({ messageId }) => messageId));
  const since = decisions.slice(decisions.findLastIndex((decision) => clears(decision, ofLine)) + 1);
  const onLine = since.filter(({ messageId }) => messageId !== undefined && ofLine.has(messageId));
  const redirects = attempts === 0 ? [] : onLine.filter(({ type }) => type === 'RedirectAttempted').slice(-attempts);
  const warned = branch.stage === 'warned';
  const warningAt = warned ? onLine.findLastIndex(({ type }) => type === 'WarningIssued') : onLine.length;
  const delivered = [...redirects, ...onLine.slice(warningAt, warningAt + 1)];
  const persisted = onLine.slice(warningAt + 1).filter(isFirstAdvice);
  const harmful = [...delivered, ...persisted].flatMap(({ becauseMessageId }) => becauseMessageId ?? []);
  const ids = new Set([...delivered.map(({ decisionId }) => decisionId), ...adviceAt(harmful, onLine)]);
  return { ids, warned, harmful: [...new Set(harmful)] };
}

/** The decisions that asked for what was delivered then. */
function adviceAt(harmful: readonly string[], decisions: readonly DecisionRow[]): string[] {
  return decisions
    .filter((decision) => isFirstAdvice(decision) && harmful.includes(decision.messageId ?? ''))
    .map(({ decisionId }) => decisionId);
}

function isFirstAdvice({ type, data }: DecisionRow): boolean {
  return ADVICE.has(type) && data['again'] !== true;
}

const ADVICE: ReadonlySet<string> = new Set(['RedirectAdvised', 'WarningAdvised', 'EndPermitted']);

/** Whether the line is clear after it: calm, a risk in the thread, or a review of an end above it. */
function clears({ type, becauseKind, messageId, data }: DecisionRow, ofLine: ReadonlySet<string>): boolean {
  switch (type) {
    case 'GuardRaised':
    case 'GuardExtended':
      return true;
    case 'SupportAdvised':
      return becauseKind === 'risk';
    case 'LadderReset':
      return messageId !== undefined && ofLine.has(messageId);
    case 'ConversationReopened':
      return (data['endIds'] as string[]).some((id) => ofLine.has(id));
    default:
      return false;
  }
}

function redirectsAskedFor({ policy }: Explanation, decisions: readonly DecisionRow[]): number {
  const view = decisions.findLast(({ data }) => 'ladder' in data)?.data['ladder'] as { of: number } | undefined;
  return view?.of ?? (policy.document['redirects'] as number);
}
