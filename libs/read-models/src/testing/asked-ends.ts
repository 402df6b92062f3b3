import { INBOUND_TYPES } from '@offramp/events';
import { NO_ROWS, type Projection } from '../projection/projection.js';
import { table } from '../projection/table.js';

/** One row for each thread in which the user has asked for the end. */
export const askedEnds = table('asked_ends', ['tenant', 'threadId'], {
  tenant: 'text',
  threadId: 'text',
  times: 'integer',
  latestAt: 'timestamptz',
});

export const askedEndsProjection: Projection<typeof askedEnds> = {
  table: askedEnds,
  version: 1,
  rounds: [
    ({ event }, _rows, wanted) => {
      if (event !== null) wanted.row(askedEnds, event.source, event.subject);
    },
  ],
  evolve({ event }, rows) {
    if (event?.type !== INBOUND_TYPES.MessagePosted || event.data.intent === undefined) return NO_ROWS;
    const { source: tenant, subject: threadId, time } = event;
    const before = rows.get(askedEnds, tenant, threadId);
    return [{ tenant, threadId, times: (before?.times ?? 0) + 1, latestAt: time }];
  },
};
