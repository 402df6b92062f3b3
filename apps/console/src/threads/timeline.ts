import { type Queries, type TimelineEntry, isRefusal } from '@offramp/read-models';
import type { Listed } from '../answers/answer-list.js';

const COLUMNS = ['position', 'type', 'at', 'messageId', 'text', 'data', 'decisions'] as const;
const PAGE_ROWS = 1_000;

/** The timeline of one thread as a list: the read models have it in pages only. */
export function timelineOf(queries: Queries, tenant: string, threadId: string): Listed<TimelineEntry> {
  async function* all(): AsyncGenerator<TimelineEntry> {
    let cursor: string | undefined;
    do {
      const page = await queries.timeline(tenant, threadId, { cursor, limit: PAGE_ROWS });
      // The only cursors here are those that the pages themselves gave.
      if (isRefusal(page)) throw new Error(page.detail);
      yield* page.data;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }
  return { columns: COLUMNS, page: (options) => queries.timeline(tenant, threadId, options), all };
}
