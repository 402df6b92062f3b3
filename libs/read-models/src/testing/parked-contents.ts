import { CONTENT_TYPES, type ContentEvent, TOPICS } from '@offramp/events';
import fc from 'fast-check';
import { createContentStore } from '../contents/content-store.js';
import type { Database } from '../database/database.js';
import { createParkedThreads } from '../parked/parked-threads.js';
import { applyContents, forgotten, stored } from './contents.js';
import { empty } from './databases.js';

/*
 * A database that refuses some texts. Those of their threads wait, the others are stored, and an erasure takes effect on both at
 * once; when the reason is gone and all was tried again, every row is the row of one pass, as if nothing had happened.
 */

const WHO = { tenant: 'acme', by: 'operator', reason: 'the table takes them now' };

export function testParkedContents(databaseOf: () => Database, numRuns: number): void {
  it('parks the texts of its thread, keeps nothing that was erased, and loses nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        movesArbitrary,
        fc.integer({ min: 1, max: 7 }),
        poisonArbitrary,
        async (moves, size, isPoison) => {
          const database = databaseOf();
          await empty(database);
          const parked = createParkedThreads(database);
          const texts = moves.flatMap((move) => (move.type === CONTENT_TYPES.ContentStored ? [move.data.text] : []));
          await refusingTexts(database, new Set(texts.filter((_, at) => isPoison[at])), async () => {
            const contents = createContentStore(database);
            for (let from = 0; from < moves.length; from += size) {
              const some = moves.slice(from, from + size);
              expect(await applyContents(contents, some)).toMatchObject({ kind: 'applied', entries: some.length });
              const { rows, erased } = onePass(moves.slice(0, from + size));
              const found = await rowsThere(database);
              for (const row of found) expect(rows).toContainEqual(row);
              const threads = new Set((await parked.list()).map(({ threadId }) => threadId));
              for (const row of rows) if (!threads.has(row[0]!)) expect(found).toContainEqual(row);
              for (const text of await waitingTexts(database)) expect(erased).not.toContain(text);
            }
          });
          for (const { threadId, topic } of await parked.list()) {
            expect(topic).toBe(TOPICS.content);
            expect(await parked.retry({ ...WHO, threadId })).toEqual({ handled: expect.any(Number) as unknown });
          }
          expect(await parked.count()).toBe(0);
          expect(await waitingTexts(database)).toEqual([]);
          expect(await rowsThere(database)).toEqual(onePass(moves).rows);
        },
      ),
      { numRuns, endOnFailure: process.env['OFFRAMP_SHRINK'] === undefined },
    );
  });
}

const when = { second: fc.nat(20), thread: fc.constantFrom('heated', 'calm', 'other') };
const messageId = fc.constantFrom('m1', 'm2', 'm3');

/** Each text is said once, so that it can be told by itself whether it may be anywhere. */
const movesArbitrary: fc.Arbitrary<ContentEvent[]> = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.record({ messageId, ...when }).map((of) => (text: string) => stored(text, of)) },
      {
        weight: 2,
        arbitrary: fc
          .record({ messageId, eventId: fc.constantFrom('f1', 'f2'), ...when })
          .map((of) => (text: string) => stored(text, { kind: 'comment', ...of })),
      },
      {
        weight: 1,
        arbitrary: fc
          .record({ ids: fc.option(fc.uniqueArray(messageId, { minLength: 1, maxLength: 2 })), ...when })
          .map(
            ({ ids, ...of }) =>
              () =>
                forgotten(ids ?? undefined, of),
          ),
      },
    ),
    { maxLength: 30 },
  )
  .map((moves) => moves.map((move, at) => move(`text ${at}`)));

/** Which of the texts are refused: few, so that some threads are not parked. */
const poisonArbitrary = fc.array(
  fc.nat(9).map((of) => of === 0),
  { minLength: 30, maxLength: 30 },
);

export async function refusingTexts(
  database: Database,
  texts: ReadonlySet<string>,
  work: () => Promise<void>,
): Promise<void> {
  const list = [...texts].map((text) => `'${text.replaceAll("'", "''")}'`).join(', ');
  const check = texts.size === 0 ? 'true' : `text NOT IN (${list})`;
  await database.run(`ALTER TABLE offramp_v1.contents ADD CONSTRAINT refused CHECK (${check})`);
  try {
    await work();
  } finally {
    await database.run('ALTER TABLE offramp_v1.contents DROP CONSTRAINT refused');
  }
}

type Row = readonly (string | null)[];

/** Thread, event, kind and text, in the order of their keys. */
async function rowsThere(database: Database): Promise<Row[]> {
  const rows = await database.raw('SELECT thread_id, event_id, kind, text FROM offramp_v1.contents');
  return rows.map((row) => [...row]).sort(byKey);
}

async function waitingTexts(database: Database): Promise<(string | null)[]> {
  const rows = await database.raw('SELECT text FROM offramp_v1.parked_contents WHERE text IS NOT NULL');
  return rows.map(([text]) => text!);
}

/** What one pass leaves, and what no table may hold after it. */
function onePass(events: readonly ContentEvent[]): { readonly rows: Row[]; readonly erased: ReadonlySet<string> } {
  const places = new Map<string, (string | null)[]>();
  const said: { readonly thread: string; readonly id: string; readonly text: string }[] = [];
  const erased = new Set<string>();
  const ids = new Set<string>();
  const until = new Map<string, string>();
  for (const { type, data, time, subject } of events) {
    if (type === CONTENT_TYPES.ContentStored) {
      const id = data.messageId!;
      if (ids.has(`${subject} ${id}`) || time <= (until.get(subject) ?? '')) {
        erased.add(data.text);
        continue;
      }
      said.push({ thread: subject, id, text: data.text });
      const key = `${subject} ${data.eventId} ${data.kind}`;
      if (!places.has(key)) places.set(key, [subject, data.eventId, data.kind, data.text]);
      continue;
    }
    for (const id of data.messageIds ?? []) ids.add(`${subject} ${id}`);
    if (data.messageIds === undefined && time > (until.get(subject) ?? '')) until.set(subject, time);
    for (const { thread, id, text } of said) {
      if (thread === subject && (data.messageIds?.includes(id as never) ?? true)) erased.add(text);
    }
    for (const row of places.values()) if (erased.has(row[3]!)) row[3] = null;
  }
  return { rows: [...places.values()].sort(byKey), erased };
}

function byKey(a: Row, b: Row): number {
  return a.slice(0, 3).join(' ') < b.slice(0, 3).join(' ') ? -1 : 1;
}
