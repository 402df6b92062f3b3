import { DECISION_TYPES, INBOUND_TYPES } from '@offramp/events';
import type { Entry } from '../projection/entry.js';
import { NO_ROWS, type Projection } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import { type RowOf, table } from '../projection/table.js';
import { wipes } from './ladder-effects.js';
import { threads } from './threads-table.js';

/** One row for each time that the guard of a thread was raised. */
export const guards = table('guards', ['tenant', 'threadId', 'raisedOffset'], {
  tenant: 'text',
  threadId: 'text',
  raisedOffset: 'bigint',
  logPartition: 'integer',
  raisedAt: 'timestamptz',
  decisionId: 'text',
  messageId: 'text?',
  kind: 'text?',
  reported: 'boolean',
  until: 'timestamptz?',
  extensions: 'integer',
  extendedAt: 'timestamptz?',
  clearedAt: 'timestamptz?',
  clearedBy: 'text?',
  policy: 'text?',
});

type Guard = RowOf<typeof guards>;

export const guardsProjection: Projection<typeof guards> = {
  table: guards,
  rounds: [
    () => {},
    ({ event, decisions }, rows, wanted) => {
      if (event === null || decisions.length === 0) return;
      const raisedOffset = rows.get(threads, event.source, event.subject)?.guardOffset;
      if (raisedOffset != null) wanted.row(guards, event.source, event.subject, raisedOffset);
    },
  ],
  evolve(entry, rows, { partition }) {
    const raised = raisedBy(entry, partition);
    if (raised !== undefined) return [raised];
    const moved = movedBy(entry, rows);
    return moved === undefined ? NO_ROWS : [moved];
  },
};

function raisedBy({ event, decisions, offset }: Entry, partition: number): Guard | undefined {
  const raised = decisions.find((decision) => decision.type === DECISION_TYPES.GuardRaised);
  if (raised?.type !== DECISION_TYPES.GuardRaised) return undefined;
  const { kind, messageId, until, policy } = raised.data;
  return {
    tenant: raised.source,
    threadId: raised.subject,
    raisedOffset: offset,
    logPartition: partition,
    raisedAt: raised.time,
    decisionId: raised.id,
    messageId: messageId ?? null,
    kind: kind ?? null,
    reported: event?.type === INBOUND_TYPES.RiskReported,
    until: until ?? null,
    extensions: 0,
    extendedAt: null,
    clearedAt: null,
    clearedBy: null,
    policy,
  };
}

/** Later signs of risk move the expiry of the guard that is up; a report that it is over lowers it. */
function movedBy({ event, decisions }: Entry, rows: Rows): Guard | undefined {
  if (event === null || decisions.length === 0) return undefined;
  const thread = rows.get(threads, event.source, event.subject);
  if (thread?.guardOffset == null) return undefined;
  const guard = rows.get(guards, thread.tenant, thread.threadId, thread.guardOffset);
  if (guard === undefined) return undefined;
  if (wipes(decisions)) {
    const until = decisions.reduce((last, { data }) => ('until' in data && data.until) || last, guard.until);
    return { ...guard, until, extensions: guard.extensions + 1, extendedAt: event.time };
  }
  if (!decisions.some(({ type }) => type === DECISION_TYPES.GuardCleared)) return undefined;
  const clearedBy = event.type === INBOUND_TYPES.RiskCleared ? event.data.by : null;
  return { ...guard, clearedAt: event.time, clearedBy };
}
