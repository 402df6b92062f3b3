import type { Because } from '@offramp/events';
import type { PolicyDocument } from '../../policy.js';
import { type View, isMessage, pathSinceClear, saidAt } from './view.js';

/*
 * LAST-RESORT: every end by policy or model has, on its path and since the last risk or reset, the policy's number of delivered
 * redirects, then a delivered warning, then harm.
 */
export function lastResortViolations(view: View, offset: number): string[] {
  return [...warningViolations(view, offset), ...endViolations(view, offset)].map((said) => `LAST-RESORT: ${said}`);
}

/** The floor of DESIGN §5, whatever a document says. */
const REDIRECTS_FLOOR = 2;

/** The redirects come before the warning, and not merely before the end. */
function warningViolations(view: View, offset: number): string[] {
  return saidAt(view, offset, 'WarningAdvised').flatMap(({ data: { again, because, policy } }) => {
    if (again === true) return [];
    const tried = deliveredOn(view, pathSinceClear(view, offset), 'RedirectAttempted').length;
    const asked = Math.max(REDIRECTS_FLOOR, redirectsIn(documentOf(view, policy), because!.category));
    return must(tried >= asked, `${asked} redirects are delivered before a warning, and not ${tried}`);
  });
}

function endViolations(view: View, offset: number): string[] {
  return saidAt(view, offset, 'ConversationEnded').flatMap(({ data: { by, because, path, policy } }) => {
    if (by === 'user') return [];
    const line = pathSinceClear(view, offset);
    const document = documentOf(view, policy);
    const category = because?.category ?? '';
    const redirects = deliveredOn(view, line, 'RedirectAttempted').slice(-path.redirects.length);
    const warnedAt = deliveredOn(view, line, 'WarningIssued').find(({ id }) => id === path.warning)?.at;
    const harm = line.filter((at) => at > (warnedAt ?? Infinity) && countsAsHarm(view, at));
    return [
      ...must(redirects.map(({ id }) => id).join() === path.redirects.join(), 'an end names redirects of its own line'),
      ...must(redirects.length >= redirectsIn(document, category), `${policy} asks for more redirects of ${category}`),
      ...must(warnedAt !== undefined, 'its warning was delivered on its line, since that was clear'),
      ...must(
        redirects.filter(({ at }) => at < (warnedAt ?? 0)).length >= REDIRECTS_FLOOR,
        'redirects were tried before the warning',
      ),
      ...must(harm.length >= persistIn(document, category), `${policy} asks for more harm after the warning`),
      ...must(harm.length > 0 && isBecauseOf(view, harm.at(-1)!, because), 'it ends because of the last harm'),
    ];
  });
}

function deliveredOn(
  view: View,
  line: readonly number[],
  name: 'RedirectAttempted' | 'WarningIssued',
): { readonly at: number; readonly id: string }[] {
  return line.flatMap((at) => saidAt(view, at, name).map(({ id }) => ({ at, id })));
}

/** Whether a decision was taken here because of this very message, and what it was posted with bears that out. */
function countsAsHarm(view: View, at: number): boolean {
  const names = ['RedirectAdvised', 'EndPermitted', 'EndWithheld', 'ConversationEnded'] as const;
  return saidAt(view, at, ...names).some(({ data }) => {
    if ('again' in data && data.again === true) return false;
    if (!isBecauseOf(view, at, data.because)) return false;
    const { category, score, threshold } = data.because!;
    return score >= threshold && documentOf(view, data.policy).harm[category] === threshold;
  });
}

function isBecauseOf({ events }: View, at: number, because: Because | undefined): boolean {
  const event = events[at]!;
  if (!isMessage(event) || because?.kind !== 'harm' || event.data.role !== 'user') return false;
  const { messageId, evidence } = event.data;
  const isAssessed = evidence?.status === 'assessed' && evidence.risk !== undefined;
  return isAssessed && messageId === because.messageId && evidence.harm[because.category] === because.score;
}

function documentOf({ policies }: View, policy: string): PolicyDocument {
  return policies.get(policy)!;
}

function redirectsIn({ perCategory, redirects }: PolicyDocument, category: string): number {
  return perCategory[category]?.redirects ?? redirects;
}

function persistIn({ perCategory, persistAfterWarning }: PolicyDocument, category: string): number {
  return perCategory[category]?.persistAfterWarning ?? persistAfterWarning;
}

function must(holds: boolean, sentence: string): string[] {
  return holds ? [] : [sentence];
}
