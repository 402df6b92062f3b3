import type { Because, Inbound, LadderView, MessageId, Verdict } from '@offramp/events';
import type { DecisionDraft } from '../decided.js';
import type { Before, End, InForce, Line } from './history.js';
import type { Policy } from './policy.js';

/** A message, and where the line stands that it was posted under. */
export interface Posted {
  readonly before: Before;
  readonly data: Inbound<'MessagePosted'>['data'];
  readonly line: Line | undefined;
}

/** What comes of a message. */
export interface Outcome {
  readonly drafts: readonly DecisionDraft[];
  readonly line: Line | undefined;
  readonly verdict: Verdict;
  readonly policy: Policy;
  /** Index of the draft that the verdict rests on. */
  readonly restsOn?: number;
  /** The end that refused the message. */
  readonly end?: End;
  readonly isRisk?: boolean;
}

/** A line that nothing was counted on yet. */
export function freshLine({ policy, since }: InForce): Line {
  return {
    stage: 'clear',
    attempts: 0,
    of: policy.redirects,
    persisted: 0,
    calm: 0,
    policy,
    policySince: since,
    redirects: [],
    harmful: [],
  };
}

export function view(line: Line | undefined, policy: Policy): LadderView {
  return { stage: line?.stage ?? 'clear', attempts: line?.attempts ?? 0, of: line?.of ?? policy.redirects };
}

/** Of those at or over their thresholds the highest score speaks; ties go to the first name. */
export function loudest(
  kind: Because['kind'],
  scores: Readonly<Record<string, number>>,
  at: { readonly thresholds: Readonly<Record<string, number>>; readonly messageId: MessageId },
): Because | undefined {
  const over = Object.entries(scores).flatMap(([category, score]) => {
    const threshold = at.thresholds[category];
    if (threshold === undefined || score < threshold) return [];
    return [{ kind, category, score, threshold, messageId: at.messageId }];
  });
  return over.sort((a, b) => b.score - a.score || (a.category < b.category ? -1 : 1))[0];
}

export function redirectsOf(policy: Policy, category: string): number {
  return policy.perCategory[category]?.redirects ?? policy.redirects;
}

export function persistOf(policy: Policy, category: string): number {
  return policy.perCategory[category]?.persistAfterWarning ?? policy.persistAfterWarning;
}

/** The path that an end names. */
export function pathOf(line: Line | undefined): { redirects: string[]; warning?: string; harmful: MessageId[] } {
  const { redirects = [], warning, harmful = [] } = line ?? {};
  return { redirects: [...redirects], ...(warning === undefined ? {} : { warning }), harmful: [...harmful] };
}
