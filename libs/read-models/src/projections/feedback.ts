import { INBOUND_TYPES, type Inbound } from '@offramp/events';
import { type Finder, NO_ROWS, type Projection } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import { keyText } from '../projection/sql-values.js';
import { type Change, type RowOf, table } from '../projection/table.js';
import { decisions } from './decisions-table.js';
import { messages } from './messages-table.js';
import { threads } from './threads-table.js';

/**
 * Every thumb is kept; the comment is content. An id that was used before moves nothing. Of the thumbs that one person gave on
 * one thing the last one counts; where nobody is named, each does. A decision is one thing, whatever message is named with it.
 */
export const feedback = table('feedback', ['tenant', 'threadId', 'feedbackId'], {
  tenant: 'text',
  threadId: 'text',
  feedbackId: 'text',
  logPartition: 'integer',
  logOffset: 'bigint',
  at: 'timestamptz',
  rating: 'text',
  messageId: 'text?',
  decisionId: 'text?',
  by: 'text?',
  hasComment: 'boolean',
  policy: 'text?',
  counts: 'boolean',
});

export type Feedback = RowOf<typeof feedback>;

/** What a person has given in a thread and what counts: one row for each thing. */
export const COUNTED_OF_PERSON: Finder = {
  table: feedback,
  by: ['tenant', 'threadId', 'by'],
  rest: ' AND x.counts',
};

export const feedbackProjection: Projection<typeof feedback> = {
  table: feedback,
  version: 2,
  rounds: [
    ({ event }, _rows, wanted) => {
      if (event?.type !== INBOUND_TYPES.FeedbackGiven) return;
      const { source, subject, data } = event;
      wanted.row(feedback, source, subject, keyText(event.id));
      if (data.by !== undefined) wanted.find(COUNTED_OF_PERSON, source, subject, data.by);
      if (data.decisionId !== undefined) wanted.row(decisions, source, data.decisionId);
      if (data.messageId !== undefined) wanted.row(messages, source, subject, data.messageId);
    },
    ({ event }, rows, wanted) => {
      if (event?.type !== INBOUND_TYPES.FeedbackGiven) return;
      const about = messageAbout(event, rows);
      if (about !== undefined) wanted.row(messages, event.source, event.subject, about);
    },
  ],
  evolve({ event, offset }, rows, { partition }) {
    if (event?.type !== INBOUND_TYPES.FeedbackGiven) return NO_ROWS;
    const { source: tenant, subject: threadId, data } = event;
    const feedbackId = keyText(event.id);
    if (rows.get(feedback, tenant, threadId, feedbackId) !== undefined) return NO_ROWS;
    const given: Feedback = {
      tenant,
      threadId,
      feedbackId,
      logPartition: partition,
      logOffset: offset,
      at: event.time,
      rating: data.rating,
      messageId: data.messageId ?? null,
      decisionId: data.decisionId ?? null,
      by: data.by ?? null,
      hasComment: data.hasComment,
      policy: policyBehind(event, rows),
      counts: true,
    };
    return [...replaced(given, rows), given];
  },
};

/** What the same person gave on the same thing before. */
function replaced({ tenant, threadId, by, messageId, decisionId }: Feedback, rows: Rows): Feedback[] {
  if (by === null) return [];
  return rows
    .groupOf(feedback, tenant, threadId)
    .filter((earlier) => earlier.counts && earlier.by === by)
    .filter((earlier) => earlier.decisionId === decisionId && (decisionId !== null || earlier.messageId === messageId))
    .map((earlier) => ({ ...earlier, counts: false }));
}

/** Of the decision, else of the message, else of the thread; never of another thread, whose partition is read elsewhere. */
function policyBehind({ source, subject, data }: Inbound<'FeedbackGiven'>, rows: Rows): string | null {
  const decision = data.decisionId === undefined ? undefined : rows.get(decisions, source, data.decisionId);
  if (decision !== undefined && decision.threadId === subject) return decision.policy;
  const message = data.messageId === undefined ? undefined : rows.get(messages, source, subject, data.messageId);
  return message?.policy ?? rows.get(threads, source, subject)?.policy ?? null;
}

/** The message that a thumb is about: the one that its decision is about, else the one that it names. */
export function messageAbout({ source, subject, data }: Inbound<'FeedbackGiven'>, rows: Rows): string | undefined {
  const decision = data.decisionId === undefined ? undefined : rows.get(decisions, source, data.decisionId);
  return (decision?.threadId === subject ? decision.messageId : null) ?? data.messageId;
}

/** What an entry adds to the thumbs that count: one that replaces another one takes that back. */
export function thumbsAdded(changes: readonly Change<typeof feedback>[]): {
  readonly up: number;
  readonly down: number;
} {
  const added = { up: 0, down: 0 };
  for (const { before, after } of changes) {
    if (before?.counts === true) added[before.rating as Rating]--;
    if (after.counts) added[after.rating as Rating]++;
  }
  return added;
}

type Rating = 'up' | 'down';
