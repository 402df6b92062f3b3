import { DECISION_TYPES, type DecisionEvent } from '@offramp/events';
import type { Entry } from '../projection/entry.js';
import { NO_ROWS, type Projection } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import { type RowOf, table } from '../projection/table.js';

/**
 * One row for each message that a line ended at. What stands under it inherits the end by its id, however many lines that
 * are, and reads as clear where it was reopened after that.
 */
export const ends = table('ends', ['tenant', 'threadId', 'endId'], {
  tenant: 'text',
  threadId: 'text',
  endId: 'text',
  logPartition: 'integer',
  endedOffset: 'bigint',
  endedAt: 'timestamptz',
  endedBy: 'text',
  decisionId: 'text',
  reopenedOffset: 'bigint?',
});

type End = RowOf<typeof ends>;

export const endsProjection: Projection<typeof ends> = {
  table: ends,
  rounds: [
    ({ decisions }, _rows, wanted) => {
      for (const { source, subject, data } of endedIn(decisions)) wanted.row(ends, source, subject, data.endId);
      for (const { source, subject, data } of reopenedIn(decisions)) {
        for (const endId of data.endIds) wanted.row(ends, source, subject, endId);
      }
    },
  ],
  evolve(entry, rows, { partition }) {
    if (entry.decisions.length === 0) return NO_ROWS;
    return [...endedRows(entry, rows, partition), ...reopenedRows(entry, rows)];
  },
};

function endedRows({ decisions, offset }: Entry, rows: Rows, partition: number): End[] {
  return endedIn(decisions).map(({ id, source: tenant, subject: threadId, time, data: { endId, by } }) => ({
    tenant,
    threadId,
    endId,
    logPartition: partition,
    endedOffset: offset,
    endedAt: time,
    endedBy: by,
    decisionId: id,
    reopenedOffset: rows.get(ends, tenant, threadId, endId)?.reopenedOffset ?? null,
  }));
}

function reopenedRows({ decisions, offset }: Entry, rows: Rows): End[] {
  return reopenedIn(decisions).flatMap(({ source, subject, data }) =>
    data.endIds
      .map((endId) => rows.get(ends, source, subject, endId))
      .filter((end) => end !== undefined)
      .map((end) => ({ ...end, reopenedOffset: offset })),
  );
}

function endedIn(decisions: readonly DecisionEvent[]) {
  return decisions.filter((decision) => decision.type === DECISION_TYPES.ConversationEnded);
}

function reopenedIn(decisions: readonly DecisionEvent[]) {
  return decisions.filter((decision) => decision.type === DECISION_TYPES.ConversationReopened);
}
