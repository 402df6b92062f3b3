import { type Because, type Intent, type MessageId, RISK_KINDS } from '@offramp/events';
import type { DecisionDraft } from '../decided.js';
import {
  type InForce,
  type Line,
  endingsSuspended,
  guardUntil,
  newestPolicy,
  policyOfLine,
  underPolicy,
} from './history.js';
import { type Outcome, type Posted, freshLine, loudest, pathOf, persistOf, redirectsOf, view } from './outcome.js';
import type { Policy } from './policy.js';
import { reopenedByRisk } from './reopened.js';
import { isoTime } from '../../time.js';

/** DESIGN §5, "User message, ladder of its parent = s", in the order of its numbers. */
export function afterUser(posted: Posted): Outcome {
  const { before, data, line } = posted;
  const newest = newestPolicy(before).policy;
  const risk = riskIn(posted, newest);
  if (line?.end !== undefined && risk === undefined) return refused(posted, line);
  if (risk !== undefined) return atRisk(posted, risk, newest);
  const inForce = policyOfLine(before, line);
  const intent = data.intent ?? data.evidence?.intent;
  if (line?.confirming === 'user' && intent === 'confirm-end') return endedByUser(posted, inForce);
  const harm = harmIn(posted, inForce.policy);
  if (harm !== undefined) return harmful(posted, { line: takenBack(line, ['user']), harm, inForce });
  return notHarmful(posted, { line: takenBack(line, ['user', 'model', 'due']), intent, inForce });
}

/** DESIGN §5.2: risk counts even where harm could not be assessed. */
function riskIn({ data }: Posted, policy: Policy): Because | undefined {
  const scores = Object.entries(data.evidence?.risk ?? {}).filter(([kind]) => RISK_KINDS.some((each) => each === kind));
  const thresholds: Readonly<Record<string, number>> = policy.risk;
  return loudest('risk', Object.fromEntries(scores), { thresholds, messageId: data.messageId });
}

function isAssessed({ data: { evidence } }: Posted): boolean {
  return evidence !== undefined && evidence.status === 'assessed' && evidence.risk !== undefined;
}

function harmIn(posted: Posted, policy: Policy): Because | undefined {
  if (!isAssessed(posted)) return undefined;
  const { messageId, evidence } = posted.data;
  return loudest('harm', evidence!.harm, { thresholds: policy.harm, messageId });
}

/** 1. */
function refused({ data: { messageId } }: Posted, line: Line): Outcome {
  const { endId, endedAt, decisionId } = line.end!;
  const policy = line.policy.id;
  const draft: DecisionDraft = {
    name: 'MessageRefused',
    data: { messageId, verdict: 'refuse', endId, endedAt, decisionId, policy },
  };
  return { drafts: [draft], line, verdict: 'refuse', policy: line.policy, end: line.end! };
}

/** 2. */
function atRisk({ before, data: { messageId } }: Posted, because: Because, policy: Policy): Outcome {
  const up = guardUntil(before);
  const until = isoTime(Math.max(up ?? 0, before.now + policy.guardMs));
  const verdict = 'support';
  const guard: DecisionDraft =
    up === undefined
      ? { name: 'GuardRaised', data: { messageId, kind: because.category, verdict, because, until, policy: policy.id } }
      : {
          name: 'SupportAdvised',
          data: { messageId, verdict, because, until, ladder: view(undefined, policy), policy: policy.id },
        };
  const drafts = [guard, ...reopenedByRisk(before, messageId)];
  return { drafts, line: undefined, verdict, policy, restsOn: 0, isRisk: true };
}

/** 3. Nobody is asked for a confirmation under a raised guard, and raising it wipes what was asked: it is down here. */
function endedByUser({ data: { messageId }, line }: Posted, inForce: InForce): Outcome {
  const { policy } = inForce;
  const end: DecisionDraft = {
    name: 'ConversationEnded',
    data: { messageId, by: 'user', verdict: 'end', endId: messageId, path: pathOf(line), policy: policy.id },
  };
  const ended: Line = { ...underPolicy(line!, inForce), stage: 'ended' };
  return { drafts: [end], line: ended, verdict: 'end', policy };
}

interface Harmful {
  readonly line: Line | undefined;
  readonly harm: Because;
  readonly inForce: InForce;
}

/** 4. */
function harmful(posted: Posted, { line, harm, inForce }: Harmful): Outcome {
  const { before, data } = posted;
  const { messageId } = data;
  const { policy } = inForce;
  const up = guardUntil(before);
  if (up !== undefined) {
    const said = {
      messageId,
      verdict: 'support' as const,
      because: harm,
      until: isoTime(up),
      ladder: view(undefined, policy),
    };
    const drafts: DecisionDraft[] = [{ name: 'SupportAdvised', data: { ...said, policy: policy.id } }];
    return { drafts, line: undefined, verdict: 'support', policy, restsOn: 0 };
  }
  const base: Line = { ...underPolicy(line ?? freshLine(inForce), inForce), calm: 0 };
  if (base.awaiting !== undefined) return advisedAgain(posted, base);
  const of = redirectsOf(policy, harm.category);
  const asked: Line = { ...base, of };
  if (asked.attempts < of) return advised(posted, asked, { what: 'redirect', harm });
  if (asked.stage !== 'warned') return advised(posted, asked, { what: 'warning', harm });
  const persisted: Line = { ...counted(asked, messageId), persisted: asked.persisted + 1 };
  if (persisted.persisted < persistOf(policy, harm.category))
    return advised(posted, persisted, { what: 'redirect', harm });
  return endDue(posted, persisted, harm);
}

function advised(
  { before, data: { messageId } }: Posted,
  line: Line,
  { what, harm }: { readonly what: 'redirect' | 'warning'; readonly harm: Because },
): Outcome {
  const stage = line.stage === 'clear' ? 'redirecting' : line.stage;
  // The end is permitted only right after the harmful turn that made it so: this one asks for more patience.
  const { due: _due, ...patient } = line;
  const after: Line = { ...patient, stage, awaiting: { what, since: before.offset, because: harm } };
  return givingAdvice(messageId, after, false);
}

function advisedAgain({ data: { messageId } }: Posted, line: Line): Outcome {
  return givingAdvice(messageId, line, true);
}

/** The advice that the line awaits; where the platform shows us no answers, it is delivered by being given. */
function givingAdvice(messageId: MessageId, line: Line, isAgain: boolean): Outcome {
  const { what, because } = line.awaiting!;
  const { policy } = line;
  const verdict = what === 'redirect' ? 'redirect' : 'warn';
  const again = isAgain ? { again: true } : {};
  const said = { messageId, verdict, because, ...again, ladder: view(line, policy), policy: policy.id } as const;
  const advice: DecisionDraft = { name: what === 'redirect' ? 'RedirectAdvised' : 'WarningAdvised', data: said };
  if (policy.delivery !== 'assumed') return { drafts: [advice], line, verdict, policy, restsOn: 0 };
  const { draft, line: after } = delivered(messageId, line);
  return { drafts: [advice, draft], line: after, verdict, policy, restsOn: 0 };
}

/** A harmful message counts once what answered it was delivered, or where it came after the warning. */
function counted(line: Line, messageId: MessageId): Line {
  return line.harmful.includes(messageId) ? line : { ...line, harmful: [...line.harmful, messageId] };
}

/** What is awaited was said to the user. */
export function delivered(messageId: MessageId, line: Line): { readonly draft: DecisionDraft; readonly line: Line } {
  const { what, because } = line.awaiting!;
  const { awaiting: _settled, ...rest } = counted(line, because.messageId);
  const policy = line.policy;
  if (what === 'warning') {
    const after: Line = { ...rest, stage: 'warned', persisted: 0 };
    const data = { messageId, because, ladder: view(after, policy), policy: policy.id };
    return { draft: { name: 'WarningIssued', data }, line: after };
  }
  const after: Line = { ...rest, attempts: rest.attempts + 1 };
  const data = {
    messageId,
    attempt: after.attempts,
    of: after.of,
    because,
    ladder: view(after, policy),
    policy: policy.id,
  };
  return { draft: { name: 'RedirectAttempted', data }, line: after };
}

function endDue({ before, data: { messageId } }: Posted, line: Line, harm: Because): Outcome {
  const { policy } = line;
  const ladder = view(line, policy);
  if (policy.endBy === 'model') {
    const said = { messageId, verdict: 'end-allowed' as const, because: harm, ladder, policy: policy.id };
    return {
      drafts: [{ name: 'EndPermitted', data: said }],
      line: { ...line, due: harm },
      verdict: 'end-allowed',
      policy,
      restsOn: 0,
    };
  }
  const cause = policy.endBy === 'nobody' ? 'observe' : endingsSuspended(before) ? 'suspended' : undefined;
  if (cause !== undefined) {
    const said = { messageId, cause, verdict: 'redirect', because: harm, ladder, policy: policy.id } as const;
    return { drafts: [{ name: 'EndWithheld', data: said }], line, verdict: 'redirect', policy, restsOn: 0 };
  }
  const said = { messageId, by: 'policy', verdict: 'end', endId: messageId, because: harm } as const;
  const draft: DecisionDraft = { name: 'ConversationEnded', data: { ...said, path: pathOf(line), policy: policy.id } };
  return { drafts: [draft], line: { ...line, stage: 'ended' }, verdict: 'end', policy };
}

interface NotHarmful {
  readonly line: Line | undefined;
  readonly intent: Intent | undefined;
  readonly inForce: InForce;
}

/** 5 and 6. */
function notHarmful(posted: Posted, { line, intent, inForce }: NotHarmful): Outcome {
  const { before, data } = posted;
  const { messageId } = data;
  const { policy } = inForce;
  const base = line && underPolicy(line, inForce);
  if (intent !== undefined) {
    const up = guardUntil(before);
    const ladder = view(base, policy);
    if (up !== undefined) {
      const said = {
        messageId,
        cause: 'guard',
        verdict: 'support',
        until: isoTime(up),
        ladder,
        policy: policy.id,
      } as const;
      return { drafts: [{ name: 'EndWithheld', data: said }], line: base, verdict: 'support', policy, restsOn: 0 };
    }
    const asking: Line = { ...(base ?? freshLine(inForce)), confirming: 'user' };
    const said = {
      messageId,
      of: 'user',
      verdict: 'confirm-end',
      ladder: view(asking, policy),
      policy: policy.id,
    } as const;
    return {
      drafts: [{ name: 'EndConfirmationAsked', data: said }],
      line: asking,
      verdict: 'confirm-end',
      policy,
      restsOn: 0,
    };
  }
  if (base === undefined || !isAssessed(posted)) return { drafts: [], line: base, verdict: 'continue', policy };
  if (base.awaiting !== undefined) return advisedAgain(posted, base);
  const calm = base.calm + 1;
  if (calm < policy.calmTurns) return { drafts: [], line: { ...base, calm }, verdict: 'continue', policy };
  const said = { messageId, ladder: view(undefined, policy), policy: policy.id };
  return { drafts: [{ name: 'LadderReset', data: said }], line: undefined, verdict: 'continue', policy, restsOn: 0 };
}

/** Without the first halves of an end. A line at stage clear on which nothing is asked is no different from no line. */
function takenBack(line: Line | undefined, what: readonly ('user' | 'model' | 'due')[]): Line | undefined {
  if (line === undefined) return undefined;
  const { due, confirming, ...rest } = line;
  const kept = confirming === undefined || what.includes(confirming) ? undefined : confirming;
  if (rest.stage === 'clear' && kept === undefined) return undefined;
  return { ...rest, ...(what.includes('due') || !due ? {} : { due }), ...(kept ? { confirming: kept } : {}) };
}
