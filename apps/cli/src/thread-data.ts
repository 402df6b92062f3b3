import type { DecisionName, InboundName, Role, Stage, Verdict } from '@offramp/events';
import type { Api } from './api.js';

/* What the HTTP interface says of one thread, as far as the CLI reads it (docs/reference/openapi.json). */

export interface ThreadRow {
  readonly threadId: string;
  readonly stage: Stage;
  readonly messages: number;
  readonly branches: number;
  readonly endedBranches: number;
  readonly reopened: number;
  readonly guarded: boolean;
  readonly guardUntil?: string;
  readonly policy?: string;
}

export interface MessageRow {
  readonly messageId: string;
  readonly parentId: string | null;
  readonly role: Role;
  readonly text?: string;
  readonly verdict: Verdict;
  readonly stage: Stage;
  readonly refused: boolean;
}

export interface DecisionRow {
  readonly type: DecisionName;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface TimelineEntry {
  readonly position: string;
  readonly type: InboundName;
  readonly at: string;
  readonly messageId?: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly decisions: readonly DecisionRow[];
}

export interface ThreadData {
  readonly thread: ThreadRow;
  /** Parents before children. */
  readonly messages: readonly MessageRow[];
  /** Every event of the thread, in the order of the log. */
  readonly timeline: readonly TimelineEntry[];
}

/** Throws `ApiProblem` 404 where there is no such thread. */
export async function loadThread(api: Api, threadId: string): Promise<ThreadData> {
  const path = `/v1/threads/${encodeURIComponent(threadId)}`;
  const [thread, messages, timeline] = await Promise.all([
    api.get<ThreadRow>(path),
    allPages<MessageRow>(api, `${path}/messages`),
    allPages<TimelineEntry>(api, `${path}/timeline`),
  ]);
  return { thread, messages, timeline };
}

export interface Page<Row> {
  readonly data: readonly Row[];
  readonly next: string | null;
}

const PAGE_ROWS = 1000;

/** All rows of a list, page by page. */
export async function allPages<Row>(api: Api, path: string): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  do {
    const page: Page<Row> = await api.get(path, { limit: PAGE_ROWS, cursor });
    rows.push(...page.data);
    cursor = page.next ?? undefined;
  } while (cursor !== undefined);
  return rows;
}
