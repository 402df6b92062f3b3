import { INBOUND_TYPES } from '@offramp/events';
import {
  type Step,
  answer,
  climb,
  harmful,
  message,
  reviewed,
  riskCleared,
  riskReported,
} from '@offramp/ladder/testing';
import type { Entry } from '../projection/entry.js';
import type { ReadModels } from '../read-models.js';
import { told } from '../testing/entries.js';
import { type Opened, openEmbeddedReadModels } from '../testing/opened.js';
import { thumb } from '../testing/story.js';
import type { List } from './list.js';
import { SORTS } from './lists.js';
import { isRefusal } from './refusal.js';

/*
 * Pages while rows are written between them: new rows come, and old ones change, leave a filter, come into one, or move in the
 * order. What was there all the time is on exactly one page, in its order, and nothing is twice in the same place.
 */

const THREADS = ['t1', 't2', 't3', 't4', 't5'];

/** Every line ends, and every ending has a thumb. */
const before = () =>
  THREADS.flatMap((thread) => [
    ...climb(4, { thread, under: null }),
    harmful('u5', { thread }),
    thumb({ thread, id: `thumb-${thread}`, rating: 'down', ofEnd: true }),
    thumb({ thread, id: `other-${thread}`, rating: 'up', messageId: 'a1', by: `user-${thread}` }),
  ]);

/** What happens to one thread between two pages: its end is reviewed, its lines change, and one of them ends once more. */
const between = (thread: string): Step[] => [
  reviewed(thread < 't3' ? 'overturned' : 'upheld', {
    ...{ thread, id: `review-${thread}` },
    of: ({ ids }) => ids('ConversationEnded')[THREADS.indexOf(thread)]!,
  }),
  // The thumb of before counts no more.
  thumb({ thread, id: `again-${thread}`, rating: 'up', messageId: 'a1', by: `user-${thread}` }),
  riskReported({ thread, kind: 'self-harm' }),
  riskCleared({ thread }),
  ...climb(4, { thread, from: 6, under: 'u5' }),
  harmful('u10', { thread }),
  message('edit', { thread, under: 'a1' }),
  answer('edit-answer', { thread }),
  ...climb(1, { thread: `new-${thread}`, under: null }),
];

/** Every list in each of its orders, and under filters that rows leave and come into. */
const questions = (): Question[] => [
  ...(Object.keys(SORTS) as (keyof typeof SORTS)[]).flatMap((name) =>
    SORTS[name].map((sort) => ({ name, sort, filters: {} })),
  ),
  { name: 'endings', sort: 'endedAt', filters: { reviewed: false } },
  { name: 'endings', sort: '-endedAt', filters: { feedback: 'down' } },
  { name: 'endings', sort: 'endedAt', filters: { outcome: 'upheld' } },
  { name: 'feedback', sort: 'at', filters: { counts: true } },
  { name: 'branches', sort: '-createdAt', filters: { stage: 'ended' } },
  { name: 'threads', sort: 'createdAt', filters: { stage: 'ended' } },
  ...(['messages', 'reviews', 'guards'] as const).map((name) => ({ name, filters: { thread: 't2' } })),
];

interface Question {
  readonly name: 'threads' | 'branches' | 'decisions' | 'endings' | 'feedback' | 'messages' | 'reviews' | 'guards';
  readonly sort?: string;
  readonly filters: object;
}

type Row = Readonly<Record<string, unknown>>;

let opened: Opened;
let readModels: ReadModels;
let history: readonly Entry[];
/** How many entries there are before each of the threads has its turn. */
const steps: number[] = [];

beforeAll(async () => {
  const first = before();
  steps.push(first.length);
  for (const thread of THREADS) steps.push(steps.at(-1)! + between(thread).length);
  history = told(first, ...THREADS.map(between));
  opened = await openEmbeddedReadModels();
  ({ readModels } = opened);
});
afterAll(() => opened.close());

/** The history at another tenant, for each question anew; on a partition of its own. */
async function projectTo(tenant: string, partition: number, until: number): Promise<void> {
  const { epoch, cursor } = await readModels.events.claim(partition);
  const entries = history.slice(cursor.inbound, until).map((entry) => moved(entry, tenant));
  const next = { inbound: until, decisions: until };
  const applied = await readModels.events.apply({ partition, epoch, from: cursor.inbound, entries, next });
  expect(applied.kind).toBe('applied');
}

function moved({ offset, event, decisions }: Entry, tenant: string): Entry {
  const there = JSON.parse(
    JSON.stringify({ event, decisions }).replaceAll('"source":"acme"', `"source":"${tenant}"`),
  ) as Entry;
  return { ...there, offset };
}

function listOf({ name }: Question): List<Row, object> {
  return readModels.queries[name] as unknown as List<Row, object>;
}

async function all(tenant: string, question: Question): Promise<Row[]> {
  const rows = listOf(question).all(tenant, question.filters, { sort: question.sort });
  if (isRefusal(rows)) throw new Error(rows.detail);
  const found: Row[] = [];
  for await (const row of rows) found.push(row);
  return found;
}

const IDS = ['decisionId', 'feedbackId', 'reviewId', 'messageId', 'branchId', 'raisedAt'];

/** What a row is, and where it stands. */
function placeOf(row: Row, sort = 'position'): string {
  const id = IDS.map((field) => row[field] ?? '').join(' ');
  return `${String(row['threadId'])} ${id} ${String(row[sort.replace('-', '')])}`;
}

it.each(questions())('gives what was there all the time once: $name by $sort of $filters', async (question) => {
  const number = questions().findIndex((one) => JSON.stringify(one) === JSON.stringify(question));
  const tenant = `tenant-${number}`;
  await projectTo(tenant, number, steps[0]!);
  const places = (rows: readonly Row[]) => rows.map((row) => placeOf(row, question.sort));
  const atFirst = places(await all(tenant, question));
  const paged: Row[] = [];
  let cursor: string | undefined;
  for (let page = 0; ; page++) {
    const answered = await listOf(question).page(tenant, question.filters, { cursor, limit: 1, sort: question.sort });
    if (isRefusal(answered)) throw new Error(answered.detail);
    paged.push(...answered.data);
    if (page < THREADS.length) await projectTo(tenant, number, steps[page + 1]!);
    if (answered.next === null) break;
    cursor = answered.next;
  }
  const found = places(paged);
  const atLast = places(await all(tenant, question));
  expect(found).toEqual([...new Set(found)]);
  const stayed = atFirst.filter((place) => atLast.includes(place));
  expect(found.filter((place) => stayed.includes(place))).toEqual(stayed);
});

it('is put to the test by rows that come, change, leave and move', async () => {
  const stories = history.map(({ event }) => event?.type);
  for (const type of ['MessagePosted', 'FeedbackGiven', 'ReviewRecorded', 'RiskReported'] as const) {
    expect(stories.slice(steps[0])).toContain(INBOUND_TYPES[type]);
  }
  const number = questions().length;
  const ends = { name: 'branches', sort: 'endedAt', filters: {} } as const;
  const unreviewed = { name: 'endings', filters: { reviewed: false } } as const;
  await projectTo('changing', number, steps[0]!);
  const [moving, leaving] = [await all('changing', ends), await all('changing', unreviewed)];
  await projectTo('changing', number, history.length);
  const later = await all('changing', ends);
  expect(moving.map(({ threadId }) => threadId)).toEqual(THREADS);
  expect(later.filter(({ endedAt }) => moving.some((row) => row['endedAt'] === endedAt))).toEqual([]);
  expect(leaving).toHaveLength(THREADS.length);
  expect(
    (await all('changing', unreviewed)).filter(({ decisionId }) =>
      leaving.some((row) => row['decisionId'] === decisionId),
    ),
  ).toEqual([]);
});
