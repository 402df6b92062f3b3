import {
  DECISION_TYPES,
  type DecisionEvent,
  type DecisionId,
  INBOUND_TYPES,
  type Inbound,
  type InboundEvent,
  position,
} from '@offramp/events';
import { RECENT_POSITIONS } from '../../recent-ids.js';
import { type DecisionDraft, decisionAt, quarantinedAt } from '../decided.js';
import {
  type Before,
  type Line,
  type Past,
  guardUntil,
  isForgotten,
  isMessage,
  lineAfter,
  newestPolicy,
  openEnds,
  policyOfLine,
  posted,
} from './history.js';
import { afterAssistant } from './assistant.js';
import type { Outcome } from './outcome.js';
import { afterUser } from './user.js';
import { read } from './policy.js';
import { reopenedByRisk } from './reopened.js';
import { isoTime } from '../../time.js';

/*
 * A second implementation of DESIGN §5, written from its text alone and never from the fold: it keeps every input with what
 * came of it in one list and answers each question by looking through that list. Slow on purpose, and too simple to share a
 * mistake with facts, versions and expiry.
 */

export interface OracleOptions {
  readonly partition?: number;
  /** How many positions back an id is known to a message without parent. */
  readonly recentPositions?: number;
}

/** What the oracle expects of each input, in order of the log. */
export interface Oracle {
  handle(offset: number, event: InboundEvent): readonly DecisionEvent[];
  /** What was handled so far, and what came of it. */
  readonly history: readonly Past[];
}

/** What an input leaves, before its decisions have their ids. */
interface Judged extends Pick<Past, 'guardMs' | 'activated' | 'knownMs' | 'line'> {
  readonly drafts: readonly DecisionDraft[];
  readonly answer?: Omit<Outcome, 'drafts' | 'line'>;
}

const NOTHING: Judged = { drafts: [] };

export function createOracle({ partition = 0, recentPositions = RECENT_POSITIONS }: OracleOptions = {}): Oracle {
  const history: Past[] = [];

  function handle(offset: number, event: InboundEvent): readonly DecisionEvent[] {
    const now = Math.max(history.at(-1)?.now ?? 0, Date.parse(event.time));
    const before: Before = { history, event, offset, now };
    const judged = judge(before, partition, recentPositions);
    const { drafts, answer, line, ...rest } = judged;
    const decisions = drafts.map((draft, index) => {
      return draft.name === 'RecordQuarantined'
        ? quarantinedAt({ offset, partition, now }, draft.data.cause)
        : decisionAt({ partition, offset, event }, index, draft);
    });
    history.push({ offset, event, now, decisions, ...rest, ...remembered(decisions, answer, line, event.time) });
    return decisions;
  }

  return { handle, history };
}

/** A decision that ends the line has its id only now; line and answer name it. */
function remembered(
  decisions: readonly DecisionEvent[],
  answer: Judged['answer'],
  line: Line | undefined,
  endedAt: string,
): Pick<Past, 'answer' | 'line'> {
  if (answer === undefined) return {};
  const ids = decisions.map(({ id }) => id as DecisionId);
  const ended = decisions.find((decision) => decision.type === DECISION_TYPES.ConversationEnded);
  const end = ended && { endId: ended.data.endId, endedAt, decisionId: ended.id as DecisionId };
  const restsOn = answer.end?.decisionId ?? end?.decisionId ?? ids[answer.restsOn ?? -1];
  const named = line && nameDelivered(line, decisions);
  return {
    answer: {
      verdict: answer.verdict,
      policy: answer.policy,
      ...(restsOn === undefined ? {} : { decisionId: restsOn }),
      ...((answer.end ?? end) ? { end: (answer.end ?? end)! } : {}),
    },
    line: end !== undefined && named !== undefined ? { ...named, end } : named,
  };
}

/** What was delivered here goes to the path of the line, by the id of the decision that says so. */
function nameDelivered(line: Line, decisions: readonly DecisionEvent[]): Line {
  let { redirects, warning } = line;
  for (const { id, type } of decisions) {
    if (type === DECISION_TYPES.RedirectAttempted) redirects = [...redirects, id as DecisionId];
    if (type === DECISION_TYPES.WarningIssued) warning = id as DecisionId;
  }
  return { ...line, redirects, ...(warning === undefined ? {} : { warning }) };
}

function judge(before: Before, partition: number, recentPositions: number): Judged {
  const { event } = before;
  if (isMessage(event)) return judgeMessage(before, event, { partition, recentPositions });
  if (event.type === INBOUND_TYPES.FeedbackGiven || event.type === INBOUND_TYPES.ContentErased) return NOTHING;
  if (isKnownEvent(before)) return NOTHING;
  const { policy } = newestPolicy(before);
  const known: Judged = { drafts: [], knownMs: policy.forgetAfterMs };
  switch (event.type) {
    case INBOUND_TYPES.PolicyActivated:
      return judgePolicy(event, known);
    case INBOUND_TYPES.RiskReported: {
      const up = guardUntil(before);
      const { kind, messageId } = event.data;
      const until = isoTime(Math.max(up ?? 0, before.now + policy.guardMs));
      const said = { ...(messageId ? { messageId } : {}), ...(kind ? { kind } : {}), until, policy: policy.id };
      const guard: DecisionDraft = { name: up === undefined ? 'GuardRaised' : 'GuardExtended', data: said };
      return { ...known, drafts: [guard, ...reopenedByRisk(before, messageId)], guardMs: policy.guardMs };
    }
    case INBOUND_TYPES.RiskCleared: {
      if (guardUntil(before) === undefined) return known;
      const { kind, messageId } = event.data;
      const said = { ...(messageId ? { messageId } : {}), ...(kind ? { kind } : {}), policy: policy.id };
      return { ...known, drafts: [{ name: 'GuardCleared', data: said }] };
    }
    case INBOUND_TYPES.ReviewRecorded: {
      const end = openEnds(before).find(({ id }) => id === event.data.decisionId);
      if (event.data.outcome === 'upheld' || end === undefined) return known;
      const data = { endIds: [end.data.endId], cause: 'review' as const, policy: policy.id };
      return { ...known, drafts: [{ name: 'ConversationReopened', data }] };
    }
    case INBOUND_TYPES.EndingsSuspended:
    case INBOUND_TYPES.EndingsResumed:
      return known;
  }
}

function isKnownEvent({ history, event, now }: Before): boolean {
  return history.some((past) => {
    const same = past.event.source === event.source && past.event.subject === event.subject;
    return same && past.event.id === event.id && past.knownMs !== undefined && now < past.now + past.knownMs;
  });
}

function judgePolicy(event: Inbound<'PolicyActivated'>, known: Judged): Judged {
  const { document, share, policy: id } = event.data;
  const policy = read(id, document);
  if (typeof policy === 'string') return { drafts: [{ name: 'RecordQuarantined', data: { cause: policy } }] };
  return { ...known, drafts: [{ name: 'PolicyApplied', data: { policy: id, share } }], activated: { policy, share } };
}

function judgeMessage(
  before: Before,
  event: Inbound<'MessagePosted'>,
  { partition, recentPositions }: { readonly partition: number; readonly recentPositions: number },
): Judged {
  const { data } = event;
  const first = posted(before, data.messageId);
  if (first !== undefined && !isForgotten(before, first)) {
    const { verdict, end, decisionId, policy } = first.answer!;
    const ended = end === undefined ? {} : { endId: end.endId, endedAt: end.endedAt };
    const restsOn = decisionId === undefined ? {} : { decisionId };
    const of = position(partition, first.offset);
    const said = { messageId: data.messageId, of, verdict, ...ended, ...restsOn, policy: policy.id };
    return { drafts: [{ name: 'MessageRepeated', data: said }] };
  }
  if (data.parentId === undefined && stoodRecently(before, event, recentPositions)) return NOTHING;
  // The end of a line outlives its messages' ids: one that is posted once more is posted under that end.
  const own = lineAfter(before, first);
  const line = own?.end === undefined ? lineAfter(before, parentOf(before, event)) : own;
  const { drafts, line: after, ...answer } = judgeUnder(before, event, { line, partition });
  const wipes = drafts.some(({ name }) => name === 'GuardRaised') || answer.isRisk === true;
  const guard = wipes ? { guardMs: newestPolicy(before).policy.guardMs } : {};
  return { drafts, answer, line: after, ...guard };
}

function stoodRecently({ history, event, offset }: Before, { id }: InboundEvent, recentPositions: number): boolean {
  return history.some((past) => {
    const same = past.event.source === event.source && isMessage(past.event) && past.event.id === id;
    return same && past.offset >= offset - recentPositions;
  });
}

/** The message that this one follows, where that is anything; without parent id, the latest judged of the thread. */
function parentOf(before: Before, { source, subject, data }: Inbound<'MessagePosted'>): Past | undefined {
  if (data.parentId === null) return undefined;
  if (data.parentId !== undefined) return posted(before, data.parentId);
  const messages = before.history.filter(({ event, answer }) => {
    return event.source === source && event.subject === subject && answer !== undefined;
  });
  return messages.at(-1);
}

function judgeUnder(
  before: Before,
  event: Inbound<'MessagePosted'>,
  at: { readonly line: Line | undefined; readonly partition: number },
): Outcome {
  switch (event.data.role) {
    case 'user':
      return afterUser({ before, data: event.data, line: at.line });
    case 'assistant':
      return afterAssistant({ before, data: event.data, line: at.line }, at.partition);
    case 'system':
    case 'tool':
      return { drafts: [], line: at.line, verdict: 'continue', policy: policyOfLine(before, at.line).policy };
  }
}
