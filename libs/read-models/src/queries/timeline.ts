import type { InboundName } from '@offramp/events';
import type { Database } from '../database/database.js';
import { decodeCursor, encodeCursor } from './cursor.js';
import { DECISION_FIELDS, TEXT_OF_MESSAGE, contentOf, selectOf } from './fields.js';
import { isStorable } from './filters.js';
import type { Page, PageOptions } from './list.js';
import { type QueryRefusal, isRefusal } from './refusal.js';
import { type DecisionRow, jsonRow } from './rows.js';

/** One event of a thread and what it did. */
export interface TimelineEntry {
  readonly position: string;
  readonly type: InboundName;
  readonly at: string;
  readonly messageId?: string;
  /** Of a message: its text; of feedback: the comment; of a review: the reason. Where it is still there. */
  readonly text?: string;
  /** The fields of the event; of a message, where it stands in the tree and what came of it. */
  readonly data: Readonly<Record<string, unknown>>;
  /** What the decider said about it, in order; none: it went on in silence. */
  readonly decisions: readonly DecisionRow[];
}

const MESSAGE_DATA = `jsonb_strip_nulls(jsonb_build_object(
    'parentId', x.parent_id, 'missingParentId', x.missing_parent_id, 'branchId', x.branch_id, 'role', x.role,
    'textLength', x.text_length, 'intent', x.intent, 'signal', x.signal, 'evidence', x.evidence,
    'verdict', coalesce(x.verdict, 'continue'), 'stage', x.stage, 'attempts', x.attempts,
    'harmful', x.harmful, 'refused', x.refused_after IS NOT NULL
  ))`;

/** By the type of the event: feedback and a review may carry the same idempotency key. */
const KIND_OF_TEXT = "CASE x.type WHEN 'FeedbackGiven' THEN 'comment' WHEN 'ReviewRecorded' THEN 'review-reason' END";

/** Every event of a thread in log order. Which ones a page has is known before anything of them is put together. */
export const TIMELINE_SQL = `
WITH page AS (
  SELECT log_offset, log_partition, message_id FROM offramp_v1.messages
  WHERE tenant = $1 AND thread_id = $2 AND log_offset > $3
  UNION ALL
  SELECT log_offset, log_partition, NULL FROM offramp_v1.events
  WHERE tenant = $1 AND thread_id = $2 AND log_offset > $3
  ORDER BY log_offset LIMIT $4
)
SELECT p.log_offset::double precision AS "offset", p.log_partition || ':' || p.log_offset AS position,
  y.type, y.at, y.message_id AS "messageId", y.text, y.data
FROM page p CROSS JOIN LATERAL (
  SELECT 'MessagePosted' AS type, x.posted_at AS at, x.message_id, ${TEXT_OF_MESSAGE} AS text, ${MESSAGE_DATA} AS data
  FROM offramp_v1.messages x
  WHERE x.tenant = $1 AND x.thread_id = $2 AND x.message_id = p.message_id
  UNION ALL
  SELECT x.type, x.at, x.message_id, c.text, x.data
  FROM offramp_v1.events x ${contentOf('x.event_id', KIND_OF_TEXT)}
  WHERE p.message_id IS NULL AND x.tenant = $1 AND x.thread_id = $2
    AND x.log_partition = p.log_partition AND x.log_offset = p.log_offset
) y ORDER BY p.log_offset`;

export const TIMELINE_DECISIONS_SQL = `
${selectOf({ offset: 'x.log_offset::double precision', ...DECISION_FIELDS })}
FROM offramp_v1.decisions x
WHERE x.tenant = $1 AND x.thread_id = $2 AND x.log_offset > $3 AND x.log_offset <= $4
ORDER BY x.log_offset, x.index`;

const LIMIT_DEFAULT = 50;
const LIMIT_MAX = 1_000;
const BEFORE_ALL = '-1';
const NONE: ReadonlySet<string> = new Set();

type Raw = Record<string, unknown> & { readonly offset: number };

export async function timelinePage(
  database: Database,
  { tenant, threadId }: { readonly tenant: string; readonly threadId: string },
  { cursor, limit = LIMIT_DEFAULT }: PageOptions,
): Promise<Page<TimelineEntry> | QueryRefusal> {
  if (!Number.isInteger(limit) || limit < 1 || limit > LIMIT_MAX) {
    return { refused: 'bad-limit', parameter: 'limit', detail: `It is a whole number from 1 to ${LIMIT_MAX}` };
  }
  if (!isStorable(threadId)) return { data: [], next: null };
  const scope = { list: 'timeline', tenant, filters: { threadId } };
  const key = cursor === undefined ? [BEFORE_ALL] : decodeCursor(scope, ['bigint'], cursor);
  if (isRefusal(key)) return key;
  const inputs = await database.query<Raw>(TIMELINE_SQL, [tenant, threadId, key[0]!, limit + 1]);
  const data = inputs.slice(0, limit);
  const last = data.at(-1);
  if (last === undefined) return { data: [], next: null };
  const said = await database.query<Raw>(TIMELINE_DECISIONS_SQL, [tenant, threadId, key[0]!, last.offset]);
  const next = inputs.length > limit ? encodeCursor(scope, [String(last.offset)]) : null;
  return { data: merge(data, said), next };
}

function merge(inputs: readonly Raw[], said: readonly Raw[]): TimelineEntry[] {
  const byOffset = new Map<number, DecisionRow[]>();
  for (const { offset, ...decision } of said) {
    const row = jsonRow(decision, NONE) as DecisionRow;
    const others = byOffset.get(offset);
    if (others === undefined) byOffset.set(offset, [row]);
    else others.push(row);
  }
  return inputs.map(({ offset, ...input }) => ({
    ...(jsonRow(input, NONE) as Omit<TimelineEntry, 'decisions'>),
    decisions: byOffset.get(offset) ?? [],
  }));
}
