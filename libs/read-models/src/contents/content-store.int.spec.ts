import { CONTENT_TYPES, type ContentEvent } from '@offramp/events';
import { contentEvents } from '@offramp/events/testing';
import fc from 'fast-check';
import { applyContents, forgotten, stored } from '../testing/contents.js';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { type TestPlace, embeddedPlace, empty } from '../testing/databases.js';
import { acme } from '../testing/story.js';
import { createEventProjection } from '../projection/event-projection.js';
import { type ContentStore, createContentStore } from './content-store.js';
import { type Queries, createQueries } from '../queries/queries.js';

let at: TestPlace;
let opened: OpenDatabase;
let contents: ContentStore;
let queries: Queries;

beforeAll(async () => {
  at = await embeddedPlace();
  opened = await openDatabase(at.place);
  contents = createContentStore(opened.database);
  queries = createQueries(opened.database);
});
beforeEach(() => empty(opened.database));
afterAll(async () => {
  await opened.close();
  await at.remove();
});

async function projectStory(): Promise<void> {
  const events = createEventProjection(opened.database, () => {});
  const { epoch } = await events.claim(0);
  const entries = acme();
  const next = { inbound: entries.length, decisions: 0 };
  await events.apply({ partition: 0, epoch, from: 0, entries, next });
}

/** Every text that is there, in the order of the events. */
async function texts(): Promise<string[]> {
  const rows = await opened.database.query<{ text: string }>(
    'SELECT text FROM offramp_v1.contents WHERE text IS NOT NULL ORDER BY tenant, thread_id, event_id, kind',
  );
  return rows.map(({ text }) => text);
}

/** Whatever any interface of this library says about a thread. */
async function everythingAbout(thread: string): Promise<string> {
  const options = { limit: 1000 };
  const said = [
    await queries.messages.page('acme', { thread }, options),
    await queries.timeline('acme', thread, options),
    await queries.feedback.page('acme', { thread }, options),
    await queries.reviews.page('acme', { thread }, options),
    await queries.branches.page('acme', { thread }, options),
    await queries.decisions.page('acme', { thread }, options),
    await queries.explain({ tenant: 'acme', threadId: thread, branchId: 'u1' }),
  ];
  return JSON.stringify(said);
}

describe('A text', () => {
  it('is shown with what it belongs to', async () => {
    await projectStory();
    await applyContents(contents, [
      stored('the insult', { messageId: 'u1' }),
      stored('well done', { kind: 'comment', eventId: 'f2' }),
      stored('too harsh', { kind: 'review-reason', eventId: 'r1' }),
      stored('not for f2', { kind: 'review-reason', eventId: 'f2' }),
      stored('elsewhere', { tenant: 'other', messageId: 'u1' }),
    ]);
    const page = await queries.messages.page('acme', { thread: 'heated' });
    expect(page).toMatchObject({
      data: [{ messageId: 'u1', text: 'the insult' }, { messageId: 'a1' }, ...Array(10).fill({})],
    });
    expect(await queries.feedback.page('acme', { thread: 'heated' })).toMatchObject({
      data: [{ feedbackId: 'f2', comment: 'well done' }, { feedbackId: 'f1' }],
    });
    expect(await queries.reviews.page('acme', { thread: 'heated' })).toMatchObject({ data: [{ reason: 'too harsh' }] });
    const timeline = await queries.timeline('acme', 'heated', { limit: 100 });
    const told = 'data' in timeline ? timeline.data.flatMap(({ text }) => text ?? []) : [];
    expect(told).toEqual(['the insult', 'too harsh', 'well done']);
    expect(await everythingAbout('heated')).not.toMatch(/elsewhere|not for f2/);
  });

  it('is the first one of its event', async () => {
    await applyContents(contents, [stored('first', { messageId: 'm1' }), stored('second', { messageId: 'm1' })]);
    await applyContents(contents, [stored('third', { messageId: 'm1' })]);
    expect(await texts()).toEqual(['first']);
  });

  it('stops no partition, whatever is in it', async () => {
    await applyContents(contents, [
      stored('a\u0000b', { messageId: 'm1' }),
      stored('\ud800"\\{},', { messageId: 'm2' }),
    ]);
    expect(await texts()).toEqual(['a\ufffdb', '\ufffd"\\{},']);
    await applyContents(contents, [
      { ...stored('of no year', { messageId: 'm3' }), time: '0000-01-01T00:00:00.000Z' },
      { ...forgotten(['m1']), time: '0000-01-01T00:00:00.000Z' },
    ]);
    expect(await texts()).toEqual(['\ufffd"\\{},', 'of no year']);
    await fc.assert(
      fc.asyncProperty(fc.array(contentEvents.ContentStored, { minLength: 1, maxLength: 20 }), async (events) => {
        await empty(opened.database);
        await applyContents(contents, events);
        const wanted = new Set(events.map(({ data }) => asUtf8(data.text).replaceAll('\u0000', '\ufffd')));
        for (const text of await texts()) expect(wanted).toContain(text);
      }),
      { numRuns: 30 },
    );
  });
});

/** UTF-8 has no lone surrogates. */
function asUtf8(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

describe('A batch of content.v1', () => {
  const batch = (epoch: number, from: number, ...events: ContentEvent[]) => {
    const entries = events.map((event, index) => ({ offset: from + index, event }));
    return { partition: 0, epoch, from, entries, next: from + events.length };
  };

  it('counts once, skips nothing, and comes from one owner', async () => {
    const { epoch } = await contents.claim(0);
    const first = batch(epoch, 0, stored('one', { messageId: 'm1' }), stored('two', { messageId: 'm2' }));
    expect(await contents.apply(first)).toEqual({ kind: 'applied', entries: 2, next: 2 });
    expect(await contents.apply(first)).toEqual({ kind: 'applied', entries: 0, next: 2 });
    expect(await contents.apply(batch(epoch, 3, stored('x', { messageId: 'm4' })))).toMatchObject({
      kind: 'gap',
      next: 2,
    });
    const overlapping = batch(epoch, 1, stored('two', { messageId: 'm2' }), stored('three', { messageId: 'm3' }));
    expect(await contents.apply(overlapping)).toEqual({ kind: 'applied', entries: 1, next: 3 });
    expect(await contents.claim(0)).toEqual({ epoch: epoch + 1, next: 3 });
    expect(await contents.apply(batch(epoch, 3, stored('x', { messageId: 'm4' })))).toMatchObject({
      kind: 'superseded',
    });
    expect(await texts()).toEqual(['one', 'two', 'three']);
  });

  it('may hold records that nobody can read', async () => {
    const { epoch } = await contents.claim(0);
    const entries = [{ offset: 0, event: null }];
    expect(await contents.apply({ partition: 0, epoch, from: 0, entries, next: 1 })).toMatchObject({ next: 1 });
  });
});

/** Invariant ERASED, the half of the store. */
describe('An erased text', () => {
  it('is read through no interface, and a late copy of it does not come back', async () => {
    await projectStory();
    const canary = 'CANARY-7c1f';
    const copies = [
      stored(`${canary} message`, { messageId: 'u1' }),
      stored(`${canary} comment`, { kind: 'comment', eventId: 'f2' }),
      stored(`${canary} reason`, { kind: 'review-reason', eventId: 'r1' }),
      stored(`${canary} proposal`, { kind: 'proposal-reason', eventId: 'acme/heated/a4', messageId: 'a4' }),
    ];
    await applyContents(contents, copies);
    expect(await everythingAbout('heated')).toContain(canary);
    await applyContents(contents, [forgotten(undefined, { second: 60 })]);
    expect(await everythingAbout('heated')).not.toContain(canary);
    await applyContents(contents, copies);
    const never = stored(`${canary} never stored before`, { messageId: 'u2', second: 59 });
    const again = stored(`${canary} posted once more`, { messageId: 'u1', second: 99 });
    await applyContents(contents, [never, again]);
    expect(await everythingAbout('heated')).not.toContain(canary);
    expect((await texts()).join()).not.toContain(canary);
  });

  it('of a message takes the comments on it along, and leaves the others', async () => {
    await applyContents(contents, [
      stored('m1', { messageId: 'm1' }),
      stored('on m1', { kind: 'comment', eventId: 'f1', messageId: 'm1' }),
      stored('m2', { messageId: 'm2' }),
      stored('other thread', { messageId: 'm1', thread: 'calm' }),
      stored('other tenant', { messageId: 'm1', tenant: 'other' }),
      forgotten(['m1', 'm1', 'nobody'], { second: 5 }),
      stored('later on m1', { kind: 'comment', eventId: 'f2', messageId: 'm1', second: 6 }),
      stored('early for nobody', { messageId: 'nobody', second: 7 }),
    ]);
    expect(await texts()).toEqual(['other thread', 'm2', 'other tenant']);
  });

  it('leaves a thread that goes on its later texts', async () => {
    await applyContents(contents, [
      stored('before', { messageId: 'm1', second: 1 }),
      forgotten(undefined, { second: 2 }),
      stored('after', { messageId: 'm2', second: 3 }),
    ]);
    expect(await texts()).toEqual(['after']);
  });

  it('stays away in any order and any split of the topic', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(contentMove, { maxLength: 30 }),
        fc.integer({ min: 1, max: 6 }),
        async (moves, size) => {
          await empty(opened.database);
          for (let from = 0; from < moves.length; from += size)
            await applyContents(contents, moves.slice(from, from + size));
          expect((await texts()).sort()).toEqual(readableAfter(moves).sort());
        },
      ),
      { numRuns: 40 },
    );
  });
});

const second = fc.nat(20);
const messageId = fc.constantFrom('m1', 'm2', 'm3');
const contentMove: fc.Arbitrary<ContentEvent> = fc.oneof(
  fc
    .record({ messageId, second, text: fc.string({ minLength: 1, maxLength: 3 }) })
    .map(({ text, ...rest }) => stored(text, rest)),
  fc
    .record({ messageId, second, eventId: fc.constantFrom('f1', 'f2') })
    .map((comment) => stored('comment', { kind: 'comment', ...comment })),
  fc
    .tuple(fc.array(messageId, { minLength: 1, maxLength: 2 }), second)
    .map(([ids, when]) => forgotten(ids, { second: when })),
  second.map((when) => forgotten(undefined, { second: when })),
);

/** The rule in the plainest words: the first text of an event, unless what it belongs to was forgotten before or since. */
function readableAfter(events: readonly ContentEvent[]): string[] {
  const places = new Map<string, string | null>();
  const messages = new Map<string, string>();
  const erasedMessages = new Set<string>();
  let erasedUntil = '';
  for (const { type, data, time } of events) {
    if (type === CONTENT_TYPES.ContentStored) {
      const key = `${data.eventId} ${data.kind}`;
      const isErased = erasedMessages.has(data.messageId!) || time <= erasedUntil;
      if (isErased || places.has(key)) continue;
      places.set(key, data.text);
      messages.set(key, data.messageId!);
      continue;
    }
    for (const id of data.messageIds ?? []) erasedMessages.add(id);
    if (data.messageIds === undefined && time > erasedUntil) erasedUntil = time;
    for (const [key, id] of messages) {
      if (data.messageIds === undefined || data.messageIds.includes(id as never)) places.set(key, null);
    }
  }
  return [...places.values()].filter((text) => text !== null);
}

describe('Expiry', () => {
  const cutoff = new Date('2026-01-01T00:00:10.000Z');

  it('deletes the texts of some kinds that were stored before a time', async () => {
    await applyContents(contents, [
      stored('old', { messageId: 'm1', second: 9 }),
      stored('at the cutoff', { messageId: 'm2', second: 10 }),
      stored('old comment', { kind: 'comment', eventId: 'f1', second: 1 }),
    ]);
    expect(await contents.expire(['message'], cutoff)).toBe(1);
    expect(await texts()).toEqual(['at the cutoff', 'old comment']);
    expect(await contents.expire(['message', 'comment'], cutoff)).toBe(1);
    expect(await contents.expire([], new Date('2030-01-01'))).toBe(0);
  });

  it('forgets no erasure', async () => {
    await applyContents(contents, [stored('gone', { messageId: 'm1' }), forgotten(['m1'], { second: 1 })]);
    await applyContents(contents, [stored('gone', { messageId: 'm9' }), forgotten(undefined, { second: 2 })]);
    expect(await contents.expire(['message'], new Date('2030-01-01'))).toBe(0);
    await applyContents(contents, [
      stored('gone', { messageId: 'm1' }),
      stored('gone', { messageId: 'm9', second: 99 }),
    ]);
    expect(await texts()).toEqual([]);
  });

  it('goes through any number', async () => {
    const many = Array.from({ length: 2_500 }, (_, index) => stored('x', { messageId: `m${index}` }));
    await applyContents(contents, many);
    expect(await contents.expire(['message'], cutoff)).toBe(2_500);
  });
});
