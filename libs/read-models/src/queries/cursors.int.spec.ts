import { messagePosted } from '@offramp/ladder/testing';
import fc from 'fast-check';
import type { Entry } from '../projection/entry.js';
import type { ReadModels } from '../read-models.js';
import { decide } from '../testing/entries.js';
import { type Opened, openEmbeddedReadModels, project } from '../testing/opened.js';
import { acme } from '../testing/story.js';
import type { List, Page } from './list.js';
import { SORTS } from './lists.js';
import { type QueryRefusal, isRefusal } from './refusal.js';

let opened: Opened;
let queries: ReadModels['queries'];

beforeAll(async () => {
  opened = await openEmbeddedReadModels();
  ({ queries } = opened.readModels);
  await project(opened.readModels, acme());
});
afterAll(() => opened.close());

type AnyList = List<object, object>;

/** Every list, with filters under which it has rows. */
function lists(): readonly (readonly [name: keyof typeof queries, list: AnyList, filters: object])[] {
  const of = (thread: string) => ({ thread });
  const given = [
    ['threads', {}],
    ['branches', {}],
    ['decisions', {}],
    ['endings', {}],
    ['feedback', {}],
    ['messages', of('heated')],
    ['reviews', of('heated')],
    ['guards', of('fragile')],
  ] as const;
  return given.map(([name, filters]) => [name, queries[name] as unknown as AnyList, filters]);
}

async function allPages(
  list: AnyList,
  filters: object,
  { limit, sort }: { limit: number; sort?: string },
): Promise<object[]> {
  const rows: object[] = [];
  for (let cursor: string | undefined; ;) {
    const page = pageOf(await list.page('acme', filters, { limit, cursor, sort }));
    rows.push(...page.data);
    if (page.next === null) return rows;
    cursor = page.next;
  }
}

function pageOf<Row>(answer: Page<Row> | QueryRefusal): Page<Row> {
  if (isRefusal(answer)) throw new Error(`${answer.refused} ${answer.parameter}: ${answer.detail}`);
  return answer;
}

async function streamed(list: AnyList, filters: object, sort?: string): Promise<object[]> {
  const rows: object[] = [];
  const all = list.all('acme', filters, { sort });
  if (isRefusal(all)) throw new Error(all.detail);
  for await (const row of all) rows.push(row);
  return rows;
}

describe('The pages of every list', () => {
  it('fit together, whatever their size, and are what a stream of all gives', async () => {
    for (const [name, list, filters] of lists()) {
      const whole = await streamed(list, filters);
      expect({ name, isEmpty: whole.length === 0 }).toEqual({ name, isEmpty: false });
      for (const limit of [1, 2, 3, 1000]) {
        expect({ name, limit, rows: await allPages(list, filters, { limit }) }).toEqual({ name, limit, rows: whole });
      }
      const columns = new Set(list.columns);
      expect({ name, unlisted: whole.flatMap(Object.keys).filter((field) => !columns.has(field)) }).toEqual({
        name,
        unlisted: [],
      });
    }
  });

  it('come in each order of the list, and in no other', async () => {
    for (const [name, list, filters] of lists().filter(([one]) => one in SORTS)) {
      const usual = await streamed(list, filters);
      for (const sort of SORTS[name as keyof typeof SORTS]) {
        const field = sort.replace('-', '');
        const wanted = usual.filter((row) => field in row).sort((a, b) => compare(a, b, field));
        const rows = await streamed(list, filters, sort);
        expect({ name, sort, pages: await allPages(list, filters, { limit: 2, sort }) }).toEqual({
          name,
          sort,
          pages: rows,
        });
        const times = (of: readonly object[]) => of.map((row) => (row as Record<string, unknown>)[field]);
        expect({ name, sort, times: times(rows) }).toEqual({
          ...{ name, sort },
          times: times(sort.startsWith('-') ? wanted.toReversed() : wanted),
        });
      }
      for (const sort of ['', 'updatedAt', '-', 'toString', 'at; DROP TABLE x']) {
        expect(await list.page('acme', filters, { sort })).toMatchObject({ refused: 'bad-sort', parameter: 'sort' });
        expect(list.all('acme', filters, { sort })).toMatchObject({ refused: 'bad-sort' });
      }
    }
  });

  it('have a bounded size', async () => {
    for (const [, list, filters] of lists()) {
      for (const limit of [0, 1001, 1.5, NaN]) {
        expect(await list.page('acme', filters, { limit })).toMatchObject({ refused: 'bad-limit', parameter: 'limit' });
      }
    }
  });

  it('are of the thread that is asked for, where a list is of one', async () => {
    for (const list of [queries.messages, queries.reviews, queries.guards] as unknown as AnyList[]) {
      expect(await list.page('acme', {})).toMatchObject({ refused: 'bad-filter', parameter: 'thread' });
      expect(list.all('acme', { thread: undefined })).toMatchObject({ refused: 'bad-filter' });
    }
  });
});

function compare(a: object, b: object, field: string): number {
  const [of, than] = [a, b].map((row) => String((row as Record<string, unknown>)[field]));
  return of! < than! ? -1 : of! > than! ? 1 : 0;
}

describe('A cursor', () => {
  it('belongs to its list, tenant and filters', async () => {
    const { next } = pageOf(await queries.threads.page('acme', { stage: 'ended' }, { limit: 1 }));
    const cursor = next!;
    const refusal = { refused: 'bad-cursor', parameter: 'cursor' };
    expect(await queries.threads.page('acme', { stage: 'ended' }, { cursor })).toMatchObject({ next: null });
    expect(await queries.threads.page('acme', { stage: 'clear' }, { cursor })).toMatchObject(refusal);
    expect(await queries.threads.page('acme', {}, { cursor })).toMatchObject(refusal);
    expect(await queries.threads.page('other', { stage: 'ended' }, { cursor })).toMatchObject(refusal);
    expect(await queries.branches.page('acme', { stage: 'ended' }, { cursor })).toMatchObject(refusal);
    const otherWay = { cursor, sort: 'createdAt' };
    expect(await queries.threads.page('acme', { stage: 'ended' }, otherWay)).toMatchObject(refusal);
    const usual = { cursor, sort: '-createdAt' };
    expect(await queries.threads.page('acme', { stage: 'ended' }, usual)).toMatchObject({ next: null });
  });

  it('that was made by hand is refused, or harmless', async () => {
    const { next } = pageOf(await queries.decisions.page('acme', {}, { limit: 1 }));
    const [version, binding, ...key] = JSON.parse(Buffer.from(next!, 'base64url').toString()) as string[];
    const forged = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString('base64url');
    const asked = (cursor: string) => queries.decisions.page('acme', {}, { cursor, limit: 1 });
    expect(await asked(forged([version, binding, ...key]))).toMatchObject({ data: [expect.anything()] });
    for (const cursor of [
      '',
      'no cursor',
      forged({}),
      forged([version, binding]),
      forged([version, binding, 'soon', ...key.slice(1)]),
      forged([version, binding, key[0], '0', "1'; DROP TABLE x", '0']),
      forged([version, binding, key[0], '0', '99999999999999999999', '0']),
      forged([1, binding, ...key]),
    ]) {
      expect(await asked(cursor)).toMatchObject({ refused: 'bad-cursor', parameter: 'cursor' });
    }
  });

  it('gives neither less nor more of what was there, while threads are written and go on', async () => {
    await project(opened.readModels, chats('page', 20, 5000), 1);
    const filters = { since: '2026-02-01' };
    const before = await streamed(queries.threads as unknown as AnyList, filters);
    const first = pageOf(await queries.threads.page('acme', filters, { limit: 7 }));
    await project(opened.readModels, chats('new', 5, 6000, 100), 1);
    await project(opened.readModels, chats('page', 20, 7000, 200), 1);
    const rest = await restOf(filters, first.next!);
    const ids = [...first.data, ...rest].map(({ threadId }) => threadId);
    expect(ids).toEqual((before as { threadId: string }[]).map(({ threadId }) => threadId));
  });
});

async function restOf(filters: object, from: string) {
  const rows = [];
  for (let cursor: string | null = from; cursor !== null;) {
    const page: Page<{ threadId: string }> = pageOf(await queries.threads.page('acme', filters, { cursor, limit: 4 }));
    rows.push(...page.data);
    cursor = page.next;
  }
  return rows;
}

/** One message in each thread, all of the same time, so that only the ids order them. */
function chats(name: string, count: number, second: number, from = 0): Entry[] {
  const time = new Date(Date.parse('2026-02-01T00:00:00.000Z') + second * 1000).toISOString();
  const events = Array.from({ length: count }, (_, at) =>
    messagePosted(
      { tenant: 'acme', thread: `${name}${at}`, time },
      { messageId: `m${from}`, parentId: null, role: 'user' },
    ),
  );
  return decide(events, { partition: 1 }).map((entry) => ({ ...entry, offset: entry.offset + from }));
}

describe('Filters', () => {
  it('that do not exist, or cannot be, are refused by name', async () => {
    const refused = async (filters: object) => {
      const answer = await (queries.branches as unknown as AnyList).page('acme', filters);
      return isRefusal(answer) ? `${answer.refused} ${answer.parameter}` : 'answered';
    };
    expect(await refused({ colour: 'red' })).toBe('bad-filter colour');
    expect(await refused({ toString: 'x' })).toBe('bad-filter toString');
    expect(await refused({ stage: 'angry' })).toBe('bad-filter stage');
    expect(await refused({ since: 'yesterday' })).toBe('bad-filter since');
    expect(await refused({ since: '2026-13-01' })).toBe('bad-filter since');
    expect(await refused({ before: '0000-01-01T00:00:00Z' })).toBe('bad-filter before');
    expect(await refused({ guard: 'yes' })).toBe('bad-filter guard');
    expect(await refused({ thread: 'a\u0000b' })).toBe('bad-filter thread');
    expect(await refused({ thread: undefined })).toBe('answered');
  });

  it('are never SQL', async () => {
    const nasty = fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }),
      fc.constantFrom("' OR 1=1 --", '"; DROP SCHEMA offramp CASCADE; --', '$1', '%', '\\', '\ud800', "'::int"),
    );
    await fc.assert(
      fc.asyncProperty(nasty, nasty, async (thread, other) => {
        for (const filters of [{ thread }, { policy: other, thread }]) {
          const answer = await queries.decisions.page('acme', filters, { limit: 5 });
          if (!isRefusal(answer)) expect(answer.data).toEqual([]);
        }
        expect(await queries.thread('acme', thread)).toBeUndefined();
        expect(await queries.decision(other, thread)).toBeUndefined();
        expect(await queries.explain({ tenant: 'acme', threadId: thread, branchId: other })).toBeUndefined();
      }),
      { numRuns: 60 },
    );
  });
});
