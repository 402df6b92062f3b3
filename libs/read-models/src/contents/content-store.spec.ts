import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CONTENT_TYPES, type Content } from '@offramp/events';
import { type ReadModels, openReadModels } from '../read-models.js';

let dataDir: string;
let readModels: ReadModels;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-contents-'));
  readModels = await openReadModels({ dataDir });
}, 60_000);

afterAll(async () => {
  await readModels.close();
  rmSync(dataDir, { recursive: true, force: true });
});

/** A platform that got no answer posts again; both copies may be in one batch or in two. */
it.each([2000, 7])('keeps the first text of an event, with batches of %d', async (size) => {
  const ids = Array.from({ length: 900 }, (_, at) => `m${at}-${size}`);
  const [first, second] = ['2026-01-01T00:00:00.000Z', '2026-01-01T00:00:01.000Z'];
  const copies = [...ids.map((id) => textOf(id, first)), ...ids.toReversed().map((id) => textOf(id, second))];
  await applyIn(size, copies, size);
  // Only what was stored at the first time is older than the second.
  expect(await readModels.contents.expire(['message'], new Date(second))).toBe(ids.length);
});

async function applyIn(partition: number, events: readonly Content<'ContentStored'>[], size: number): Promise<void> {
  const { epoch, next: first } = await readModels.contents.claim(partition);
  for (let from = first; from < events.length; from += size) {
    const entries = events.slice(from, from + size).map((event, at) => ({ offset: from + at, event }));
    await readModels.contents.apply({ partition, epoch, from, entries, next: from + entries.length });
  }
}

function textOf(messageId: string, time: string): Content<'ContentStored'> {
  return {
    specversion: '1.0',
    id: `acme/t1/${messageId}/message`,
    source: 'acme',
    subject: 't1',
    type: CONTENT_TYPES.ContentStored,
    time,
    data: { kind: 'message', eventId: `acme/t1/${messageId}`, messageId, text: 'once more' },
  } as Content<'ContentStored'>;
}
