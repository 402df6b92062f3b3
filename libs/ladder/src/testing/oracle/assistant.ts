import { type Because, parsePosition } from '@offramp/events';
import type { DecisionDraft } from '../decided.js';
import { type Line, endingsSuspended, guardUntil, policyOfLine, underPolicy } from './history.js';
import { type Outcome, type Posted, pathOf, persistOf, redirectsOf, view } from './outcome.js';
import type { Policy } from './policy.js';
import { delivered } from './user.js';
import { isoTime } from '../../time.js';

/** DESIGN §5, "Assistant message". */
export function afterAssistant(posted: Posted, partition: number): Outcome {
  const { before, data } = posted;
  const inForce = policyOfLine(before, posted.line);
  const { policy } = inForce;
  if (posted.line?.end !== undefined) {
    return { drafts: [], line: posted.line, verdict: 'continue', policy: posted.line.policy };
  }
  const line = posted.line && underPolicy(posted.line, inForce);
  const settled = settle({ ...posted, line }, partition);
  const outcome: Outcome = { ...settled, verdict: 'continue', policy, restsOn: settled.drafts.length > 0 ? 0 : -1 };
  if (data.signal?.proposesEnd !== true) return outcome;
  const proposed = proposal({ ...posted, line: settled.line }, outcome);
  const drafts = [...settled.drafts, ...proposed.drafts];
  return { ...proposed, drafts, restsOn: drafts.length - 1 };
}

/** What was awaited is delivered by this answer, or dropped. */
function settle({ data, line }: Posted, partition: number): Pick<Outcome, 'drafts' | 'line'> {
  if (line?.awaiting === undefined) return { drafts: [], line };
  if (isDelivered({ data, line }, partition)) {
    const { draft, line: after } = delivered(data.messageId, line);
    return { drafts: [draft], line: after };
  }
  const { awaiting: _dropped, ...rest } = line;
  return { drafts: [], line: rest };
}

function isDelivered({ data, line }: { data: Posted['data']; line: Line }, partition: number): boolean {
  const { what, since } = line.awaiting!;
  switch (line.policy.delivery) {
    case 'reply': {
      if (data.seen === undefined) return false;
      const seen = parsePosition(data.seen);
      return seen.partition === partition && since <= seen.offset;
    }
    case 'reported':
      return (what === 'redirect' ? data.signal?.redirected : data.signal?.warned) === true;
    case 'assumed':
      return true;
  }
}

function proposal({ before, data: { messageId }, line }: Posted, { policy }: Outcome): Outcome {
  const up = guardUntil(before);
  const ladder = view(line, policy);
  const withheld = (cause: 'guard' | 'observe' | 'not-last-resort' | 'suspended'): Outcome => {
    const until = up === undefined ? {} : { until: isoTime(up) };
    const because = cause === 'suspended' ? { because: line!.due! } : {};
    const said = { messageId, cause, ...because, ...until, ladder, policy: policy.id };
    return { drafts: [{ name: 'EndWithheld', data: said }], line, verdict: 'continue', policy, restsOn: 0 };
  };
  if (up !== undefined) return withheld('guard');
  if (policy.endBy === 'nobody') return withheld('observe');
  if (line?.due === undefined || !isDue(line, line.due, policy)) return withheld('not-last-resort');
  if (policy.modelConfirmations === 2 && line.confirming !== 'model') {
    const said = { messageId, of: 'model', verdict: 'confirm-end', ladder, policy: policy.id } as const;
    const asking: Line = { ...line, confirming: 'model' };
    return {
      drafts: [{ name: 'EndConfirmationAsked', data: said }],
      line: asking,
      verdict: 'confirm-end',
      policy,
      restsOn: 0,
    };
  }
  if (endingsSuspended(before)) return withheld('suspended');
  const said = { messageId, by: 'model', verdict: 'end', endId: messageId, because: line.due } as const;
  const draft: DecisionDraft = { name: 'ConversationEnded', data: { ...said, path: pathOf(line), policy: policy.id } };
  return { drafts: [draft], line: { ...line, stage: 'ended' }, verdict: 'end', policy };
}

/** A policy that came since, for all lines, may ask for more than there was when the end was permitted. */
function isDue({ attempts, persisted }: Line, { category }: Because, policy: Policy): boolean {
  return attempts >= redirectsOf(policy, category) && persisted >= persistOf(policy, category);
}
