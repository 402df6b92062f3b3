import type { Because, Evidence, Inbound } from '@offramp/events';
import type { Policy } from './policy.js';

/** The category that speaks: at or over its threshold, the highest score, ties by name; undefined where none is. */
export function strongestHarm(event: Inbound<'MessagePosted'>, policy: Policy): Because | undefined {
  const { evidence, messageId } = event.data;
  if (!isComplete(evidence)) return undefined;
  const found = strongest(evidence.harm, policy.harm);
  return found === undefined ? undefined : { kind: 'harm', ...found, messageId };
}

/**
 * The risk that speaks, by the same rule. Evidence that is otherwise unavailable still speaks here: what never counts
 * against anybody may well protect them.
 */
export function strongestRisk(event: Inbound<'MessagePosted'>, policy: Policy): Because | undefined {
  const { evidence, messageId } = event.data;
  if (evidence?.risk === undefined) return undefined;
  const found = strongest(evidence.risk, policy.risk);
  return found === undefined ? undefined : { kind: 'risk', ...found, messageId };
}

/** Unknown means continue: evidence that is absent, unavailable, or without a look for risk, moves nothing. */
export function isComplete(evidence: Evidence | undefined): evidence is Evidence {
  return evidence?.status === 'assessed' && evidence.risk !== undefined;
}

type Strongest = Pick<Because, 'category' | 'score' | 'threshold'>;

function strongest(
  scores: Readonly<Record<string, number>>,
  thresholds: Readonly<Record<string, number>>,
): Strongest | undefined {
  let best: Strongest | undefined;
  for (const category in scores) {
    if (!Object.hasOwn(thresholds, category)) continue;
    const score = scores[category]!;
    const threshold = thresholds[category]!;
    if (score < threshold) continue;
    if (best === undefined || score > best.score || (score === best.score && category < best.category)) {
      best = { category, score, threshold };
    }
  }
  return best;
}
