import { INBOUND_TYPES, type Inbound } from '@offramp/events';
import type { Entry } from '../projection/entry.js';
import { type Context, type Finder, NO_ROWS, type Projection, type Wanted } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import type { RowOf } from '../projection/table.js';
import { branches } from './branches-table.js';
import { ends } from './ends.js';
import { feedback, messageAbout, thumbsAdded } from './feedback.js';
import { categoryOf, endsOverturned, wipes } from './ladder-effects.js';
import { isJudgedAt, messages } from './messages-table.js';
import { threads } from './threads-table.js';

type Branch = RowOf<typeof branches>;
type Message = RowOf<typeof messages>;

export const NOT_CLEAR: Finder = { table: branches, by: ['tenant', 'threadId'], rest: " AND x.stage <> 'clear'" };

/** Lines of conversation, each named by its first message. Refused messages have none and belong to none. */
export const branchesProjection: Projection<typeof branches> = {
  table: branches,
  version: 2,
  rounds: [
    ({ event, decisions }, _rows, wanted) => {
      if (event === null || decisions.length === 0) return;
      if (wipes(decisions) || endsOverturned(decisions).length > 0) {
        wanted.find(NOT_CLEAR, event.source, event.subject);
      }
    },
    () => {},
    ({ event }, rows, wanted) => {
      if (event?.type === INBOUND_TYPES.FeedbackGiven) {
        const message = aboutOf(event, rows);
        if (message !== undefined) wantBranch(wanted, message);
      }
      if (event?.type !== INBOUND_TYPES.MessagePosted) return;
      const { source, subject, data } = event;
      const parentId = data.parentId === undefined ? rows.get(threads, source, subject)?.latestId : data.parentId;
      for (const id of [data.messageId, parentId]) {
        const message = id == null ? undefined : rows.get(messages, source, subject, id);
        if (message === undefined) continue;
        wantBranch(wanted, message);
        if (message.endId !== null) wanted.row(ends, source, subject, message.endId);
      }
    },
  ],
  evolve(entry, rows, context) {
    const { event, decisions } = entry;
    if (event?.type === INBOUND_TYPES.FeedbackGiven) return withThumbs(event, rows);
    const [posted] = rows.changesOf(messages);
    if (event === null || (posted === undefined && decisions.length === 0)) return NO_ROWS;
    const changed = new Map<string, Branch>();
    for (const branch of decisions.length === 0 ? NO_ROWS : reopened(entry, rows)) changed.set(branch.branchId, branch);
    if (posted !== undefined && posted.after.refusedAfter === null && isJudgedAt(posted.after, entry.offset)) {
      const { after: message, before } = posted;
      const branch = changed.get(message.branchId) ?? branchOf(message, rows);
      if (branch === undefined) changed.set(message.branchId, firstOf(entry, message, { rows, context }));
      else if (before === null || branch.headId === message.messageId) {
        changed.set(branch.branchId, withHead(entry, { branch, message, rows }));
      }
    }
    return [...changed.values()];
  },
};

/** On the line of the message that its decision is about, or of the one that it names. */
function withThumbs(event: Inbound<'FeedbackGiven'>, rows: Rows): Branch[] {
  const message = aboutOf(event, rows);
  const branch = message === undefined ? undefined : branchOf(message, rows);
  const { up, down } = thumbsAdded(rows.changesOf(feedback));
  if (branch === undefined || (up === 0 && down === 0)) return [];
  return [{ ...branch, feedbackUp: branch.feedbackUp + up, feedbackDown: branch.feedbackDown + down }];
}

function aboutOf(event: Inbound<'FeedbackGiven'>, rows: Rows): Message | undefined {
  const about = messageAbout(event, rows);
  return about === undefined ? undefined : rows.get(messages, event.source, event.subject, about);
}

/** Risk opens every line of the thread, a review those of one end; all under an end stand where it stands. */
function reopened({ event, decisions }: Entry, rows: Rows): Branch[] {
  const all = wipes(decisions);
  const ends = endsOverturned(decisions);
  if (event === null || (!all && ends.length === 0)) return [];
  const cleared: Branch[] = [];
  for (const branch of rows.groupOf(branches, event.source, event.subject)) {
    const concerned = all || (branch.endId !== null && ends.includes(branch.endId));
    if (branch.stage === 'clear' || !concerned) continue;
    const reopenedAt = branch.stage === 'ended' ? event.time : branch.reopenedAt;
    cleared.push({ ...branch, stage: 'clear', attempts: 0, endId: null, reopenedAt, updatedAt: event.time });
  }
  return cleared;
}

function firstOf(entry: Entry, message: Message, { rows, context }: { rows: Rows; context: Context }): Branch {
  const line: Branch = {
    tenant: message.tenant,
    threadId: message.threadId,
    branchId: message.branchId,
    logPartition: context.partition,
    forkedFrom: message.parentId,
    headId: message.messageId,
    messages: 0,
    stage: 'clear',
    attempts: 0,
    endId: null,
    endedAt: null,
    endedBy: null,
    decisionId: null,
    reopenedAt: null,
    policy: null,
    category: null,
    feedbackUp: 0,
    feedbackDown: 0,
    createdAt: message.postedAt,
    updatedAt: message.postedAt,
  };
  return withHead(entry, { branch: line, message, rows });
}

interface Head {
  readonly branch: Branch;
  readonly message: Message;
  readonly rows: Rows;
}

/** Field by field, as nearly every message comes here. */
function withHead({ event, decisions }: Entry, { branch, message, rows }: Head): Branch {
  const end = endAbove(message, rows);
  return {
    tenant: branch.tenant,
    threadId: branch.threadId,
    branchId: branch.branchId,
    logPartition: branch.logPartition,
    forkedFrom: branch.forkedFrom,
    headId: message.messageId,
    messages: message.depth + 1,
    stage: message.stage,
    attempts: message.attempts,
    endId: message.endId,
    endedAt: end === undefined ? branch.endedAt : end.endedAt,
    endedBy: end === undefined ? branch.endedBy : end.endedBy,
    decisionId: end === undefined ? branch.decisionId : end.decisionId,
    reopenedAt: end === undefined ? branch.reopenedAt : null,
    policy: message.policy ?? branch.policy,
    category: categoryOf(decisions) ?? branch.category,
    feedbackUp: branch.feedbackUp,
    feedbackDown: branch.feedbackDown,
    createdAt: branch.createdAt,
    updatedAt: event!.time,
  };
}

/** A line names the end that it stands under, whether it ended itself or forked there. A past end that was reopened stays. */
function endAbove(message: Message, rows: Rows): RowOf<typeof ends> | undefined {
  return message.endId === null ? undefined : rows.get(ends, message.tenant, message.threadId, message.endId);
}

function branchOf({ tenant, threadId, branchId }: Message, rows: Rows): Branch | undefined {
  return rows.get(branches, tenant, threadId, branchId);
}

function wantBranch(wanted: Wanted, { tenant, threadId, branchId }: Message): void {
  wanted.row(branches, tenant, threadId, branchId);
}
