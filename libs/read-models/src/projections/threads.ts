import { DECISION_TYPES, type DecisionEvent, type Stage } from '@offramp/events';
import type { Entry } from '../projection/entry.js';
import { NO_ROWS, type Projection } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import type { RowOf } from '../projection/table.js';
import { branches } from './branches-table.js';
import { feedback, thumbsAdded } from './feedback.js';
import { categoryOf, policyOf, wipes } from './ladder-effects.js';
import { isJudgedAt, messages } from './messages-table.js';
import { threads } from './threads-table.js';

type Thread = RowOf<typeof threads>;

/** Last in the order of projections: it counts what the others changed at the entry. */
export const threadsProjection: Projection<typeof threads> = {
  table: threads,
  version: 2,
  rounds: [
    ({ event }, _rows, wanted) => {
      if (event !== null && event.subject !== '') wanted.row(threads, event.source, event.subject);
    },
  ],
  evolve(entry, rows, { partition }) {
    const { event, decisions } = entry;
    if (event === null || event.subject === '') return NO_ROWS;
    const thread = rows.get(threads, event.source, event.subject) ?? newThread(event, partition);
    const lines = countLines(rows, thread);
    const counted = countedThread(thread, lines, { entry, rows, updatedAt: event.time });
    return [decisions.length === 0 ? counted : { ...counted, ...decidedAbout(entry, thread) }];
  },
};

interface Counting {
  readonly entry: Entry;
  readonly rows: Rows;
  readonly updatedAt: string;
}

/** Field by field, as every entry comes here: objects that are spread into others cost several times more. */
function countedThread(thread: Thread, lines: Lines, { entry, rows, updatedAt }: Counting): Thread {
  const { messages: count, refused, latestId } = countMessages(entry.offset, rows, thread);
  const { feedbackUp, feedbackDown } = countFeedback(rows, thread);
  return {
    tenant: thread.tenant,
    threadId: thread.threadId,
    logPartition: thread.logPartition,
    createdAt: thread.createdAt,
    updatedAt,
    latestId,
    messages: count,
    refused,
    branches: lines.branches,
    redirecting: lines.redirecting,
    warned: lines.warned,
    ended: lines.ended,
    reopened: lines.reopened,
    stage: worstStage(lines),
    wipedOffset: thread.wipedOffset,
    guardOffset: thread.guardOffset,
    guardUntil: thread.guardUntil,
    policy: thread.policy,
    category: thread.category,
    feedbackUp,
    feedbackDown,
  };
}

function newThread({ source, subject, time }: NonNullable<Entry['event']>, partition: number): Thread {
  return {
    tenant: source,
    threadId: subject,
    logPartition: partition,
    createdAt: time,
    updatedAt: time,
    latestId: null,
    messages: 0,
    refused: 0,
    branches: 0,
    redirecting: 0,
    warned: 0,
    ended: 0,
    reopened: 0,
    stage: 'clear',
    wipedOffset: null,
    guardOffset: null,
    guardUntil: null,
    policy: null,
    category: null,
    feedbackUp: 0,
    feedbackDown: 0,
  };
}

type Lines = Pick<Thread, 'branches' | 'redirecting' | 'warned' | 'ended' | 'reopened'>;

function countLines(rows: Rows, thread: Thread): Lines {
  const lines = {
    branches: thread.branches,
    redirecting: thread.redirecting,
    warned: thread.warned,
    ended: thread.ended,
    reopened: thread.reopened,
  };
  for (const { before, after } of rows.changesOf(branches)) {
    if (before === null) lines.branches++;
    else if (before.stage !== 'clear') lines[before.stage as TroubledStage]--;
    if (after.stage !== 'clear') lines[after.stage as TroubledStage]++;
    if (before?.stage === 'ended' && after.stage !== 'ended') lines.reopened++;
  }
  return lines;
}

type TroubledStage = Exclude<Stage, 'clear'>;

function worstStage({ ended, warned, redirecting }: Lines): Stage {
  if (ended > 0) return 'ended';
  if (warned > 0) return 'warned';
  return redirecting > 0 ? 'redirecting' : 'clear';
}

function countMessages(offset: number, rows: Rows, thread: Thread): Pick<Thread, 'messages' | 'refused' | 'latestId'> {
  const { messages: count, refused, latestId } = thread;
  const [change] = rows.changesOf(messages);
  // Nothing but these three: a whole thread returned from here would take back what its lines were just counted to.
  if (change === undefined) return { messages: count, refused, latestId };
  const { before, after } = change;
  if (before !== null)
    return { messages: count, refused, latestId: isJudgedAt(after, offset) ? after.messageId : latestId };
  return { messages: count + 1, refused: refused + (after.refusedAfter === null ? 0 : 1), latestId: after.messageId };
}

function countFeedback(rows: Rows, { feedbackUp, feedbackDown }: Thread): Pick<Thread, 'feedbackUp' | 'feedbackDown'> {
  const { up, down } = thumbsAdded(rows.changesOf(feedback));
  return { feedbackUp: feedbackUp + up, feedbackDown: feedbackDown + down };
}

type Decided = Pick<Thread, 'guardOffset' | 'guardUntil' | 'wipedOffset' | 'policy' | 'category'>;

function decidedAbout(entry: Entry, thread: Thread): Decided {
  const { decisions, offset } = entry;
  const wipedOffset = wipes(decisions) ? offset : thread.wipedOffset;
  const policy = policyOf(decisions) ?? thread.policy;
  return { ...guardAfter(entry, thread), wipedOffset, policy, category: categoryOf(decisions) ?? thread.category };
}

function guardAfter(entry: Entry, thread: Thread): Pick<Thread, 'guardOffset' | 'guardUntil'> {
  let { guardOffset, guardUntil } = thread;
  for (const decision of entry.decisions) {
    if (decision.type === DECISION_TYPES.GuardRaised) guardOffset = entry.offset;
    guardUntil = untilAfter(decision, guardUntil);
  }
  return { guardOffset, guardUntil };
}

/** Until when the guard is up after a decision. Every sign of risk gives the new time, which never goes back. */
export function untilAfter(decision: DecisionEvent, until: string | null): string | null {
  switch (decision.type) {
    case DECISION_TYPES.GuardRaised:
    case DECISION_TYPES.GuardExtended:
    case DECISION_TYPES.SupportAdvised:
      return decision.data.until ?? until;
    case DECISION_TYPES.GuardCleared:
      return null;
    default:
      return until;
  }
}
