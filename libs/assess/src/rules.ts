import type { Evidence } from '@offramp/events';
import type { AssessedMessage, Assessor } from './assessor.js';
import { normalise } from './normalise.js';
import { AIMED } from './rules/abuse.js';
import { intentIn } from './rules/intents.js';
import { MILDER, REPORTED, REPORTED_MAX } from './rules/milder.js';
import { RISK_RULES } from './rules/risk.js';
import type { Rule } from './rules/rule.js';

export interface FiredRule {
  /** `abuse`, a kind of risk, or `reported` for the rules that hold abuse down. */
  readonly about: string;
  readonly rule: string;
  readonly score: number;
  readonly reason: string;
}

const ABUSE_RULES: readonly Rule[] = [...AIMED, ...MILDER];

/** Which rules fire on a text, and why: what an operator reads who wants to know where a score came from. */
export function firedRules(text: string): readonly FiredRule[] {
  const normalised = normalise(bothEnds(text));
  return [
    ...fired('abuse', ABUSE_RULES, normalised),
    ...fired('reported', REPORTED, normalised),
    ...RISK_RULES.flatMap(([kind, rules]) => fired(kind, rules, normalised)),
  ];
}

/**
 * The transparent assessor: explicit rules for English, the same answer for the same text on every machine. It looks
 * at the one message only, not at its context. A text in another language reads as harmless, which is the side to err
 * on.
 */
export const rules: Assessor = {
  name: 'rules',
  version: '1',
  assess({ text }: AssessedMessage): Evidence {
    const normalised = normalise(bothEnds(text));
    const abuse = abuseIn(normalised);
    const intent = intentIn(normalised);
    return {
      assessor: rules.name,
      version: rules.version,
      status: 'assessed',
      harm: abuse === 0 ? {} : { abuse },
      risk: riskIn(normalised),
      ...(intent === undefined ? {} : { intent }),
    };
  },
};

function abuseIn(normalised: string): number {
  const score = greatest(ABUSE_RULES, normalised);
  return score > REPORTED_MAX && REPORTED.some(({ pattern }) => pattern.test(normalised)) ? REPORTED_MAX : score;
}

function riskIn(normalised: string): Record<string, number> {
  const risk: Record<string, number> = {};
  for (const [kind, rules] of RISK_RULES) {
    const score = greatest(rules, normalised);
    if (score > 0) risk[kind] = score;
  }
  return risk;
}

/** A rule that can't raise the score is not even tried. */
function greatest(rules: readonly Rule[], normalised: string): number {
  let score = 0;
  for (const rule of rules) if (rule.score > score && rule.pattern.test(normalised)) score = rule.score;
  return score;
}

function fired(about: string, rules: readonly Rule[], normalised: string): FiredRule[] {
  const hits = rules.filter(({ pattern }) => pattern.test(normalised));
  return hits.map(({ name, score, reason }) => ({ about, rule: name, score, reason }));
}

/** In UTF-16 code units. A longer text is read at both ends, which keeps the time for one message bounded. */
export const READ_MAX = 64 * 1024;

function bothEnds(text: string): string {
  return text.length <= READ_MAX ? text : `${text.slice(0, READ_MAX / 2)}\n${text.slice(-READ_MAX / 2)}`;
}
