import { type Because, parsePosition } from '@offramp/events';
import { type View, messageAt, pathSinceClear, saidAt } from './view.js';

/*
 * FAIL-SAFE: a backlog never climbs. Only what was carried out counts, once, and by the rule of the policy that was in force
 * when it was: the one that the delivery itself names, which a later one with `appliesTo: "all"` does not change.
 */
export function deliveryViolations(view: View, offset: number): string[] {
  return saidAt(view, offset, 'RedirectAttempted', 'WarningIssued').flatMap((delivery) => {
    const isRedirect = delivery.type === 'offramp.redirect.attempted.v1';
    const { because, policy } = delivery.data;
    const line = pathSinceClear(view, offset);
    const advised = line.findLast((at) => adviceAt(view, at) !== undefined);
    if (advised === undefined) return ['FAIL-SAFE: what is delivered was advised on this line'];
    const advice = adviceAt(view, advised)!;
    const answers = line.filter((at) => at > advised && at < offset && messageAt(view, at).role === 'assistant');
    const found = [
      ...must(advice.isRedirect === isRedirect, 'a redirect answers a redirect, a warning a warning'),
      ...must(advice.because.messageId === because.messageId, 'a delivery is because of what the advice was for'),
      ...must(answers.length === 0, 'the first answer settles what was advised'),
      ...must(isCarriedOut(view, { offset, advised, policy, isRedirect }), 'it was carried out, by the rule in force'),
    ];
    return found.map((sentence) => `FAIL-SAFE: ${sentence}`);
  });
}

/** What was advised at `at` for the first time. */
function adviceAt(view: View, at: number): { readonly isRedirect: boolean; readonly because: Because } | undefined {
  const said = saidAt(view, at, 'RedirectAdvised', 'WarningAdvised').find(({ data }) => data.again !== true);
  return said && { isRedirect: said.type === 'offramp.redirect.advised.v1', because: said.data.because! };
}

interface Delivery {
  readonly offset: number;
  readonly advised: number;
  readonly policy: string;
  readonly isRedirect: boolean;
}

function isCarriedOut(view: View, { offset, advised, policy, isRedirect }: Delivery): boolean {
  const { role, seen, signal } = messageAt(view, offset);
  const { delivery } = view.policies.get(policy)!;
  if (delivery === 'assumed') return role === 'user' || role === 'assistant';
  if (role !== 'assistant') return false;
  if (delivery === 'reported') return (isRedirect ? signal?.redirected : signal?.warned) === true;
  return seen !== undefined && parsePosition(seen).partition === 0 && parsePosition(seen).offset >= advised;
}

function must(holds: boolean, sentence: string): string[] {
  return holds ? [] : [sentence];
}
