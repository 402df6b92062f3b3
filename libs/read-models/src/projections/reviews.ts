import { INBOUND_TYPES } from '@offramp/events';
import { NO_ROWS, type Projection } from '../projection/projection.js';
import { keyText } from '../projection/sql-values.js';
import { table } from '../projection/table.js';

/** Every review is kept; the reason is content. */
export const reviews = table('reviews', ['tenant', 'threadId', 'reviewId'], {
  tenant: 'text',
  threadId: 'text',
  reviewId: 'text',
  logPartition: 'integer',
  logOffset: 'bigint',
  decisionId: 'text',
  at: 'timestamptz',
  outcome: 'text',
  by: 'text',
  hasReason: 'boolean',
});

export const reviewsProjection: Projection<typeof reviews> = {
  table: reviews,
  rounds: [
    ({ event }, _rows, wanted) => {
      if (event?.type !== INBOUND_TYPES.ReviewRecorded) return;
      wanted.row(reviews, event.source, event.subject, keyText(event.id));
    },
  ],
  evolve({ event, offset }, rows, { partition }) {
    if (event?.type !== INBOUND_TYPES.ReviewRecorded) return NO_ROWS;
    const { source: tenant, subject: threadId, data } = event;
    const reviewId = keyText(event.id);
    if (rows.get(reviews, tenant, threadId, reviewId) !== undefined) return NO_ROWS;
    return [
      {
        tenant,
        threadId,
        reviewId,
        logPartition: partition,
        logOffset: offset,
        decisionId: data.decisionId,
        at: event.time,
        outcome: data.outcome,
        by: data.by,
        hasReason: data.hasReason,
      },
    ];
  },
};
