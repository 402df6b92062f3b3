import { type Because, type DecisionEvent, INBOUND_TYPES, type LadderView } from '@offramp/events';
import type { Entry } from '../projection/entry.js';
import type { Projection } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import { jsonText } from '../projection/sql-values.js';
import type { RowOf } from '../projection/table.js';
import { decisions } from './decisions-table.js';
import { nameOf } from './ladder-effects.js';
import { reviews } from './reviews.js';

type DecisionRow = RowOf<typeof decisions>;

/** Everything that the decider said but Progress, and what reviewers made of it. */
export const decisionsProjection: Projection<typeof decisions> = {
  table: decisions,
  rounds: [
    ({ event }, _rows, wanted) => {
      if (event?.type === INBOUND_TYPES.ReviewRecorded) wanted.row(decisions, event.source, event.data.decisionId);
    },
  ],
  evolve(entry, rows, { partition }) {
    const said = entry.decisions.map((decision) => rowOf(decision, entry.offset, partition));
    const reviewed = reviewedRow(entry, rows);
    return reviewed === undefined ? said : [...said, reviewed];
  },
};

/** The fields that some types have and others have not. */
interface Fields {
  readonly index?: number;
  readonly messageId?: string;
  readonly verdict?: string;
  readonly because?: Because;
  readonly ladder?: LadderView;
  readonly endId?: string;
  readonly by?: string;
  readonly cause?: string;
  readonly policy?: string;
}

function rowOf(decision: DecisionEvent, offset: number, partition: number): DecisionRow {
  const data = decision.data as Fields;
  const { because, ladder } = data;
  return {
    tenant: decision.source,
    decisionId: decision.id,
    threadId: decision.subject,
    messageId: data.messageId ?? null,
    logPartition: partition,
    logOffset: offset,
    index: data.index ?? 0,
    type: nameOf(decision),
    at: decision.time,
    verdict: data.verdict ?? null,
    becauseKind: because?.kind ?? null,
    category: because?.category ?? null,
    score: because?.score ?? null,
    threshold: because?.threshold ?? null,
    becauseMessageId: because?.messageId ?? null,
    stage: ladder?.stage ?? null,
    attempts: ladder?.attempts ?? null,
    endId: data.endId ?? null,
    endedBy: data.by ?? null,
    cause: data.cause ?? null,
    policy: data.policy ?? null,
    data: jsonText(decision.data),
    outcome: null,
    reviewedAt: null,
    overturnedAt: null,
  };
}

/** The latest review speaks; that it was overturned once is kept, because that opened the line. */
function reviewedRow({ event }: Entry, rows: Rows): DecisionRow | undefined {
  if (event?.type !== INBOUND_TYPES.ReviewRecorded || rows.changesOf(reviews).length === 0) return undefined;
  const { decisionId, outcome } = event.data;
  const decision = rows.get(decisions, event.source, decisionId);
  if (decision === undefined || decision.threadId !== event.subject) return undefined;
  const overturnedAt = outcome === 'overturned' ? (decision.overturnedAt ?? event.time) : decision.overturnedAt;
  return { ...decision, outcome, reviewedAt: event.time, overturnedAt };
}
