import type { ContentEvent } from '@offramp/events';
import { type ContentStore, createContentStore } from '../contents/content-store.js';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { applyContents, forgotten, stored } from '../testing/contents.js';
import { type TestPlace, embeddedPlace, empty } from '../testing/databases.js';
import { refusingTexts } from '../testing/parked-contents.js';
import { type ParkedThreads, createParkedThreads } from './parked-threads.js';
import { PARKED_MAX } from './parking.js';

const CANARY = 'canary-of-somebody';
const HEATED = { tenant: 'acme', threadId: 'heated' };
const BY = { ...HEATED, by: 'operator', reason: 'looked at it' };
const BEFORE = new Date('2030-01-01');

let at: TestPlace<{ dataDir: string }>;
let opened: OpenDatabase;
let contents: ContentStore;
let parked: ParkedThreads;

beforeAll(async () => {
  at = await embeddedPlace();
  opened = await openDatabase(at.place);
  contents = createContentStore(opened.database);
  parked = createParkedThreads(opened.database);
});
beforeEach(async () => {
  await empty(opened.database);
  await opened.database.run('DELETE FROM offramp_v1.parked_actions');
});
afterAll(async () => {
  await opened.close();
  await at.remove();
});

const STORY = [
  stored('first', { messageId: 'm1' }),
  stored(CANARY, { messageId: 'm2', second: 1 }),
  stored('elsewhere', { messageId: 'm1', thread: 'calm', second: 2 }),
  stored('after it', { messageId: 'm3', second: 3 }),
  stored('a thumb', { kind: 'comment', eventId: 'f1', messageId: 'm1', second: 4 }),
];

/** Stores them while the database refuses the canary. */
async function park(...events: readonly ContentEvent[]): Promise<void> {
  await refusingTexts(opened.database, new Set([CANARY]), async () => {
    await applyContents(contents, events);
  });
}

async function texts(): Promise<(string | null)[]> {
  const rows = await opened.database.raw('SELECT text FROM offramp_v1.contents ORDER BY stored_at');
  return rows.map(([text]) => text!);
}

/** All that any table of the read models holds. */
async function everything(): Promise<string> {
  const tables = await opened.database.raw("SELECT tablename FROM pg_tables WHERE schemaname LIKE 'offramp%'");
  const all = [];
  for (const [table] of tables) all.push(await opened.database.raw(`SELECT x::text FROM offramp_v1.${table} x`));
  return JSON.stringify(all);
}

describe('A text that cannot be stored', () => {
  it('parks the texts of its thread from there on, and tells since when and why, without a word of it', async () => {
    await park(...STORY);
    expect(await texts()).toEqual(['first', 'elsewhere']);
    const thread = {
      ...HEATED,
      topic: 'content.v1',
      position: '0:1',
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
      cause: 'The database refused the row: 23514 (contents refused)',
      waiting: 3,
    };
    expect(await parked.list()).toEqual([thread]);
    expect(await parked.of('acme', 'heated', 'inbound.v1')).toBeUndefined();
    expect(await parked.count()).toBe(1);
    const type = 'offramp.content.stored.v1';
    expect(await parked.show('acme', 'heated')).toEqual({
      ...thread,
      actions: [],
      entries: [
        { position: '0:1', type, decisions: [], kind: 'message' },
        { position: '0:3', type, decisions: [], kind: 'message' },
        { position: '0:4', type, decisions: [], kind: 'comment' },
      ],
    });
  });

  it('is told of in the batch that it came with', async () => {
    await refusingTexts(opened.database, new Set([CANARY]), async () => {
      const cause = 'The database refused the row: 23514 (contents refused)';
      expect(await applyContents(contents, STORY)).toEqual({
        ...{ kind: 'applied', entries: 5, next: 5 },
        parked: [{ offset: 1, cause }],
      });
      expect(await applyContents(contents, [stored('x', { messageId: 'm4' })])).toEqual({
        ...{ kind: 'applied', entries: 1, next: 6 },
      });
    });
  });

  it('waits on while it is refused, and is stored in its turn when it is not', async () => {
    await park(...STORY);
    const before = await parked.of('acme', 'heated');
    await refusingTexts(opened.database, new Set([CANARY]), async () => {
      expect(await parked.retry(BY)).toEqual({ handled: 0, parked: before });
    });
    expect(await parked.retry({ ...BY, topic: 'content.v1' })).toEqual({ handled: 3 });
    expect(await texts()).toEqual(['first', CANARY, 'elsewhere', 'after it', 'a thumb']);
    expect(await parked.retry(BY)).toBeUndefined();
    const actions = await opened.database.query(
      'SELECT action, topic, position, by, reason FROM offramp_v1.parked_actions',
    );
    const action = { action: 'retry', topic: 'content.v1', position: '0:1', by: 'operator', reason: 'looked at it' };
    expect(actions).toEqual([action, action]);
  });

  it('goes on to the next one that is refused, in order', async () => {
    await park(...STORY);
    await refusingTexts(opened.database, new Set(['a thumb']), async () => {
      expect(await parked.retry(BY)).toMatchObject({ handled: 2, parked: { position: '0:4', waiting: 1 } });
      await applyContents(contents, [stored('later', { messageId: 'm4', second: 9 })]);
    });
    expect(await parked.discard(BY)).toEqual({ handled: 1 });
    expect(await texts()).toEqual(['first', CANARY, 'elsewhere', 'after it', 'later']);
  });

  it('is alone lost when it is discarded', async () => {
    await park(...STORY);
    expect(await parked.discard(BY)).toEqual({ handled: 2 });
    expect(await texts()).toEqual(['first', 'elsewhere', 'after it', 'a thumb']);
    expect(await everything()).not.toContain(CANARY);
  });

  it('is parked by the same owner and by another one alike', async () => {
    await park(...STORY.slice(0, 2));
    await applyContents(createContentStore(opened.database), STORY.slice(2));
    expect(await texts()).toEqual(['first', 'elsewhere']);
    expect(await parked.of('acme', 'heated')).toMatchObject({ waiting: 3 });
  });

  it('stops its partition where too many threads are parked, because it is not the texts', async () => {
    await opened.database.run(
      `INSERT INTO offramp_v1.parked_content_threads SELECT 0, 'acme', n::text, 0, now(), 'x' FROM generate_series(1, ${PARKED_MAX}) AS n`,
    );
    await expect(park(...STORY)).rejects.toMatchObject({ retriable: false, message: /parked already/ });
    expect(await parked.count()).toBe(PARKED_MAX);
  });
});

/** Invariant ERASED, where the texts of a thread are parked. */
describe('An erased text of a thread that is parked', () => {
  it('is nowhere from then on, and no retry brings it back', async () => {
    await park(...STORY);
    expect(await everything()).toContain(CANARY);
    await applyContents(contents, [forgotten(['m2'], { second: 8 })]);
    expect(await everything()).not.toContain(CANARY);
    expect(await parked.of('acme', 'heated')).toMatchObject({ waiting: 3 });
    expect(await parked.retry(BY)).toEqual({ handled: 3 });
    await applyContents(contents, [STORY[1]!]);
    expect(await texts()).toEqual(['first', null, 'elsewhere', 'after it', 'a thumb']);
  });

  it('goes with its whole thread, also where the clock of its ingest was ahead of the erasure', async () => {
    await park(stored(CANARY, { messageId: 'm2', second: 20 }), forgotten(undefined, { second: 10 }));
    expect(await everything()).not.toContain(CANARY);
    await park(stored(CANARY, { messageId: 'm2', second: 21 }));
    expect(await parked.retry(BY)).toEqual({ handled: 2 });
    expect(await everything()).not.toContain(CANARY);
  });

  it('does not wait, where it comes after the erasure', async () => {
    await park(...STORY, forgotten(['m9'], { second: 5 }), stored('late copy', { messageId: 'm9', second: 6 }));
    expect(await everything()).not.toContain('late copy');
    expect(await parked.of('acme', 'heated')).toMatchObject({ waiting: 3 });
  });

  it('stops its partition where the erasure itself fails: it would be read meanwhile', async () => {
    await opened.database.run("ALTER TABLE offramp_v1.forgotten ADD CONSTRAINT refused CHECK (message_id <> 'm1')");
    try {
      const all = [...STORY, forgotten(['m1'], { second: 8 }), stored('last', { messageId: 'm8', second: 9 })];
      await expect(applyContents(contents, all)).rejects.toThrow(/refused/);
      expect((await contents.claim(0)).next).toBe(STORY.length);
    } finally {
      await opened.database.run('ALTER TABLE offramp_v1.forgotten DROP CONSTRAINT refused');
    }
  });
});

it('Expiry deletes what waits, too, and a thread of which nothing waits is not parked', async () => {
  await park(...STORY);
  expect(await contents.expire(['comment'], BEFORE)).toBe(1);
  expect(await parked.of('acme', 'heated')).toMatchObject({ waiting: 2 });
  expect(await contents.expire(['message'], BEFORE)).toBe(4);
  expect(await parked.count()).toBe(0);
  expect(await everything()).not.toContain(CANARY);
});
