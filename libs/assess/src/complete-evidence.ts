import type { Evidence, Intent } from '@offramp/events';
import type { AssessedMessage, Assessor } from './assessor.js';

/*
 * What a platform says and what the assessor says become one piece of evidence (CONTRACT §2). The rule behind every
 * case below: harm counts only where somebody really looked for risk too, and risk counts whoever saw it.
 */

type Scores = Readonly<Record<string, number>>;

/** Names under which a moderation endpoint reports a person at risk among the harms. */
const RISK_GIVEN_AS_HARM: ReadonlyMap<string, string> = new Map([
  ['self-harm', 'self-harm'],
  ['self-harm/intent', 'self-harm'],
]);

/** A message that may come without its text. */
export type MessageToComplete = Omit<AssessedMessage, 'text'> & { readonly text?: string };

/**
 * The evidence to log for a message. `assessor` undefined: only the platform's evidence counts and nothing is filled
 * in. Undefined where nobody said anything: such a message reads as not assessed. Rejects only if an unbounded
 * assessor does.
 */
export async function completeEvidence(
  platform: Evidence | undefined,
  message: MessageToComplete,
  assessor: Assessor | undefined,
): Promise<Evidence | undefined> {
  const { text } = message;
  const own = assessor === undefined || text === undefined ? undefined : await assessor.assess({ ...message, text });
  return mergeEvidence(platform, own);
}

/**
 * Pure. The platform's harm wins as a whole, the greater risk of each kind counts, and the platform's intent wins.
 * Without `risk` from either side the status is `unavailable`; scores that are known stay in it, because a score of
 * risk protects even where the assessment is not complete. A platform's own `unavailable` is never turned into an
 * accusation.
 */
export function mergeEvidence(platform: Evidence | undefined, own: Evidence | undefined): Evidence | undefined {
  if (platform === undefined) return own === undefined ? undefined : canonicalEvidence(own);
  const theirs = withRiskApart(platform);
  if (own === undefined || own.status === 'unavailable') return canonicalEvidence(theirs);
  const ours = withRiskApart(own);
  const merged: Evidence = {
    ...theirs,
    status: platform.status === 'assessed' && own.risk !== undefined ? 'assessed' : theirs.status,
    risk: greaterOf(theirs.risk, ours.risk),
    intent: theirs.intent ?? ours.intent,
  };
  return canonicalEvidence(addsNothing(platform, theirs, merged) ? merged : named(merged, platform, own));
}

/**
 * Sorted keys, one field order, no absent fields, self-harm under risk, incomplete as unavailable: equal means equal
 * bytes.
 */
export function canonicalEvidence(evidence: Evidence): Evidence {
  const { assessor, version, status, harm, risk, intent } = withRiskApart(evidence);
  return {
    assessor,
    version,
    status,
    harm: sorted(harm),
    ...(risk === undefined ? {} : { risk: sorted(risk) }),
    ...(intent === undefined ? {} : { intent }),
  };
}

/** The intent that counts: the platform's own (a button) before what an assessor read out of the words. */
export function intentOf(message: { readonly intent?: Intent; readonly evidence?: Evidence }): Intent | undefined {
  return message.intent ?? message.evidence?.intent;
}

/**
 * Self-harm that was given under harm stands under risk afterwards. That alone doesn't complete evidence that had no
 * `risk`: nobody looked for the other three kinds.
 */
function withRiskApart(evidence: Evidence): Evidence {
  const harm: Record<string, number> = {};
  let moved: Scores = {};
  for (const [category, score] of Object.entries(evidence.harm)) {
    const kind = RISK_GIVEN_AS_HARM.get(category);
    if (kind === undefined) harm[category] = score;
    else moved = greaterOf(moved, { [kind]: score });
  }
  const complete = evidence.risk !== undefined;
  const anyMoved = Object.keys(moved).length > 0;
  return {
    ...evidence,
    status: complete ? evidence.status : 'unavailable',
    harm,
    risk: complete || anyMoved ? greaterOf(evidence.risk, moved) : undefined,
  };
}

function greaterOf(first: Scores = {}, second: Scores = {}): Record<string, number> {
  const greater: Record<string, number> = { ...first };
  for (const [kind, score] of Object.entries(second)) greater[kind] = Math.max(scoreOf(greater, kind) ?? 0, score);
  return greater;
}

/** `constructor` is a valid category, so an inherited property must not be taken for a score. */
function scoreOf(scores: Scores, name: string): number | undefined {
  return Object.hasOwn(scores, name) ? scores[name] : undefined;
}

function addsNothing(platform: Evidence, theirs: Evidence, merged: Evidence): boolean {
  if (platform.risk === undefined || merged.intent !== theirs.intent) return false;
  const before = theirs.risk ?? {};
  return Object.entries(merged.risk ?? {}).every(([kind, score]) => scoreOf(before, kind) === score);
}

const NAME_MAX = 64;

/** Evidence of two sources names both, so that a reader can see that the platform did not say this alone. */
function named(merged: Evidence, platform: Evidence, own: Evidence): Evidence {
  return {
    ...merged,
    assessor: both(platform.assessor, own.assessor),
    version: both(platform.version, own.version),
  };
}

function both(first: string, second: string): string {
  return first === second
    ? first
    : `${first.slice(0, Math.max(1, NAME_MAX - 1 - second.length))}+${second}`.slice(0, NAME_MAX);
}

function sorted(scores: Scores): Record<string, number> {
  const keys = Object.keys(scores);
  if (keys.length < 2) return { ...scores };
  return Object.fromEntries(keys.sort().map((key) => [key, scores[key] as number]));
}
