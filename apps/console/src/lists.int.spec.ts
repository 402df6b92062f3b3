import type { z } from 'zod';
import {
  branchRowSchema,
  decisionRowSchema,
  endingRowSchema,
  feedbackRowSchema,
  messageRowSchema,
  threadRowSchema,
  timelineEntrySchema,
} from './rows/row-schemas.js';
import { type TestConsole, startConsole } from './testing/console-app.js';
import { HOSTILE_THREADS } from './testing/history.js';
import { parseCsv } from './testing/parse-csv.js';

type Row = Readonly<Record<string, unknown>>;

/** Every list, and how a row of it looks. */
const LISTS: readonly (readonly [url: string, row: z.ZodObject])[] = [
  ['/v1/threads', threadRowSchema],
  ['/v1/branches', branchRowSchema],
  ['/v1/decisions', decisionRowSchema],
  ['/v1/endings', endingRowSchema],
  ['/v1/feedback', feedbackRowSchema],
  ['/v1/threads/ended/messages', messageRowSchema],
  ['/v1/threads/ended/branches', branchRowSchema],
  ['/v1/threads/ended/timeline', timelineEntrySchema],
];

let api: TestConsole;
beforeAll(async () => {
  api = await startConsole();
});
afterAll(() => api.close());

const ownEvents = () => api.entries.flatMap(({ event }) => (event?.source === 'default' ? [event] : []));
const ownDecisions = () =>
  api.entries.flatMap(({ decisions }) => decisions).filter(({ source }) => source === 'default');

async function lines(url: string): Promise<Row[]> {
  const { status, headers, text } = await api.get(url, 'application/x-ndjson');
  expect([status, headers['content-type']]).toEqual([200, 'application/x-ndjson']);
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Row);
}

async function pages(url: string, limit: number): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  do {
    const next: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
    const page: { data: Row[]; next: string | null } = await api.json(`${url}?limit=${limit}${next}`);
    expect(page.data.length).toBeLessThanOrEqual(limit);
    rows.push(...page.data);
    cursor = page.next;
  } while (cursor !== null);
  return rows;
}

describe.each(LISTS)('%s', (url, schema) => {
  it('is the same page by page, as lines and as CSV', async () => {
    const all = await lines(url);
    expect(all.length).toBeGreaterThan(1);
    expect(await pages(url, 1 + Math.floor(all.length / 3))).toEqual(all);
    const { headers, text } = await api.get(url, 'text/csv');
    expect(headers['content-type']).toBe('text/csv; charset=utf-8; header=present');
    const [head, ...cells] = parseCsv(text) as [string[], ...string[][]];
    expect(cells).toEqual(all.map((row) => head.map((field) => cellOf(row[field]))));
    expect([...new Set(all.flatMap((row) => Object.keys(row)))].filter((field) => !head.includes(field))).toEqual([]);
  });

  it('has rows as the OpenAPI document says', async () => {
    const strict = schema.strict();
    for (const row of await lines(url)) expect(() => strict.parse(row)).not.toThrow();
  });

  it('shows nothing of another tenant', async () => {
    expect(JSON.stringify(await lines(url))).not.toContain('other');
  });
});

/** What a reader of the CSV gets to see. */
function cellOf(value: unknown): string {
  if (value === undefined || value === null) return '';
  if (typeof value !== 'string') return JSON.stringify(value);
  return /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
}

it('has everything that happened', async () => {
  const threads = new Set(ownEvents().flatMap(({ subject }) => (subject === '' ? [] : [subject])));
  expect(new Set((await lines('/v1/threads')).map(({ threadId }) => threadId))).toEqual(threads);
  const decided = ownDecisions().map(({ id }) => id);
  expect((await lines('/v1/decisions')).map(({ decisionId }) => decisionId)).toEqual(decided.reverse());
  const inEnded = ownEvents().filter(({ subject }) => subject === 'ended');
  const timeline = await lines('/v1/threads/ended/timeline');
  expect(timeline.map(({ position }) => position)).toEqual(inEnded.map((event) => positionOf(event)));
  expect(timeline.flatMap(({ decisions }) => decisions as Row[])).toHaveLength(
    ownDecisions().filter(({ subject }) => subject === 'ended').length,
  );
  const posted = inEnded.flatMap(({ data }) => ('role' in data ? [data.messageId as string] : []));
  const tree = await lines('/v1/threads/ended/messages');
  expect(tree.map(({ messageId, text }) => [messageId, text])).toEqual(
    posted.map((id) => [id, `text of ${id} for default`]),
  );
});

function positionOf(event: ReturnType<typeof ownEvents>[number]): string {
  return `0:${api.entries.findIndex((entry) => entry.event === event)}`;
}

it('counts what happened', async () => {
  const stats = await api.json<Record<string, unknown>>('/v1/stats');
  const branches = await lines('/v1/branches');
  const threads = await lines('/v1/threads');
  expect(stats).toEqual({
    threads: threads.length,
    messages: ownEvents().filter(({ data }) => 'role' in data).length,
    refused: ownDecisions().filter(({ type }) => type === 'offramp.message.refused.v1').length,
    branches: branches.length,
    endedBranches: branches.filter(({ stage }) => stage === 'ended').length,
    guardedThreads: threads.filter(({ guarded }) => guarded).length,
    reopened: branches.filter(({ reopenedAt }) => reopenedAt !== undefined).length,
    decisions: {
      total: ownDecisions().length,
      byType: countsOf((await lines('/v1/decisions')).map(({ type }) => type)),
    },
    feedback: { up: 1, down: 1 },
  });
  expect(stats).toMatchObject({ endedBranches: 3, guardedThreads: 1, reopened: 2, refused: 4 });
});

it('says how the ends of each category fared in reviews', async () => {
  const endings = await lines('/v1/endings');
  const { data } = await api.json<{ data: Row[] }>('/v1/endings/by-category');
  const reviewed = endings.filter(({ outcome }) => outcome !== undefined);
  expect(reviewed).toMatchObject([{ threadId: 'reopened-by-review', outcome: 'overturned' }]);
  const counts = { reviewed: 0, upheld: 0, overturned: 0 };
  expect(data).toEqual([
    { category: 'abuse', endings: endings.length - 1, ...counts, reviewed: 1, overturned: 1 },
    { category: null, endings: 1, ...counts },
  ]);
});

function countsOf(types: readonly unknown[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const type of types) counts[String(type)] = (counts[String(type)] ?? 0) + 1;
  return counts;
}

/** The server must find exactly the rows that we find, and these are neither none nor all. */
describe.each<[string, string, (row: Row) => boolean]>([
  ['/v1/threads', 'stage=ended', ({ stage }) => stage === 'ended'],
  ['/v1/threads', 'thread=warned', ({ threadId }) => threadId === 'warned'],
  ['/v1/threads', 'guard=true', ({ guarded }) => guarded === true],
  ['/v1/threads', 'guard=false', ({ guarded }) => guarded === false],
  ['/v1/threads', 'since=2096-02-03T00:01:30Z', ({ createdAt }) => String(createdAt) >= '2096-02-03T00:01:30'],
  ['/v1/threads', 'before=2096-02-03T00:01:30Z', ({ createdAt }) => String(createdAt) < '2096-02-03T00:01:30'],
  ['/v1/branches', 'stage=ended', ({ stage }) => stage === 'ended'],
  ['/v1/branches', 'stage=clear&guard=true', ({ threadId }) => threadId === 'at-risk'],
  ['/v1/branches', 'endedBy=user', ({ endedBy }) => endedBy === 'user'],
  ['/v1/branches', 'thread=ended&stage=redirecting', ({ branchId }) => branchId === 'edit'],
  ['/v1/threads/ended/branches', 'stage=ended', ({ stage }) => stage === 'ended'],
  ['/v1/threads', 'endedBy=user', ({ threadId }) => threadId === 'asked-to-stop'],
  ['/v1/threads', 'category=self-harm', ({ category }) => category === 'self-harm'],
  ['/v1/threads', 'feedback=true', ({ feedbackUp, feedbackDown }) => Number(feedbackUp) + Number(feedbackDown) > 0],
  ['/v1/threads', 'feedback=false', ({ feedbackUp, feedbackDown }) => Number(feedbackUp) + Number(feedbackDown) === 0],
  ['/v1/threads', 'feedback=down&stage=ended', ({ feedbackDown }) => Number(feedbackDown) > 0],
  ['/v1/branches', 'category=abuse', ({ category }) => category === 'abuse'],
  ['/v1/branches', 'feedback=down', ({ feedbackDown }) => Number(feedbackDown) > 0],
  ['/v1/branches', 'sort=-endedAt&endedBy=user', ({ endedBy }) => endedBy === 'user'],
  ['/v1/decisions', 'endedBy=policy', ({ endedBy }) => endedBy === 'policy'],
  ['/v1/decisions', 'outcome=overturned', ({ outcome }) => outcome === 'overturned'],
  ['/v1/decisions', 'stage=warned', ({ stage }) => stage === 'warned'],
  ['/v1/endings', 'reviewed=false', ({ outcome }) => outcome === undefined],
  ['/v1/endings', 'reviewed=true&outcome=overturned', ({ outcome }) => outcome === 'overturned'],
  ['/v1/endings', 'feedback=down', ({ feedbackDown }) => Number(feedbackDown) > 0],
  ['/v1/endings', 'feedback=false', ({ feedbackUp, feedbackDown }) => Number(feedbackUp) + Number(feedbackDown) === 0],
  ['/v1/endings', 'category=abuse&thread=persisted', ({ threadId }) => threadId === 'persisted'],
  ['/v1/endings', 'endedBy=user', ({ endedBy }) => endedBy === 'user'],
  ['/v1/feedback', 'counts=true&rating=up', ({ rating }) => rating === 'up'],
  ['/v1/decisions', 'type=ConversationEnded', ({ type }) => type === 'ConversationEnded'],
  ['/v1/decisions', 'message=u5', ({ messageId }) => messageId === 'u5'],
  ['/v1/decisions', 'category=self-harm', ({ category }) => category === 'self-harm'],
  ['/v1/decisions', 'type=RedirectAdvised&since=2096-02-03T00%3A01%3A00%2B00%3A00', redirectsLate],
  ['/v1/feedback', 'rating=down', ({ rating }) => rating === 'down'],
  ['/v1/feedback', 'before=2096-02-03T00:00:12Z&rating=up', () => false],
])('%s?%s', (url, query, wanted) => {
  it('is what we would have picked', async () => {
    const all = await lines(url);
    const picked = all.filter(wanted);
    expect(await lines(`${url}?${query}`)).toEqual(picked);
    const page = await api.json<{ data: Row[] }>(`${url}?${query}&limit=1000`);
    expect(page.data).toEqual(picked);
    expect(picked.length).toBeLessThan(all.length);
  });
});

function redirectsLate({ type, at }: Row): boolean {
  return type === 'RedirectAdvised' && String(at) >= '2096-02-03T00:01:00';
}

it.each(HOSTILE_THREADS)('finds what is called %s by its percent-encoded name', async (thread) => {
  const id = encodeURIComponent(thread);
  expect(await api.json(`/v1/threads/${id}`)).toMatchObject({ threadId: thread, messages: 2 });
  for (const part of ['messages', 'branches', 'timeline']) {
    const { data } = await api.json<{ data: Row[] }>(`/v1/threads/${id}/${part}`);
    expect(JSON.stringify(data)).toContain(JSON.stringify(thread));
  }
  expect(await api.json(`/v1/branches?thread=${id}`)).toMatchObject({ data: [{ threadId: thread, branchId: thread }] });
  expect(await api.json(`/v1/branches/${id}/${id}/explain`)).toMatchObject({ threadId: thread, stage: 'redirecting' });
});
