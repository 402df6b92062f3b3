import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportPart } from '@offramp/read-models';
import { type Manifest, prepareFolder, writeFolder } from './export-files.js';
import { CommandFailure } from './exits.js';

const BEGINNING: ExportPart = {
  ...{ position: '0:41,1:-1', at: '2026-01-01T00:00:00.000Z' },
  views: [
    { view: 'feedback', columns: [{ name: 'by', type: 'text' }] },
    { view: 'threads', columns: [{ name: 'messages', type: 'integer' }] },
  ],
};
const WHOLE: readonly ExportPart[] = [
  BEGINNING,
  { view: 'feedback' },
  { rows: [['=ann'], [null]] },
  { rows: [['ü']] },
  { view: 'threads' },
  { end: true },
];

let directory: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'offramp-export-'));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

async function* stream(parts: readonly ExportPart[], after?: () => void): AsyncGenerator<ExportPart> {
  yield* parts;
  after?.();
}

const write = (parts: AsyncIterable<ExportPart>, format: 'csv' | 'ndjson' = 'csv'): Promise<Manifest> =>
  writeFolder(parts, { directory, format, onRows: () => undefined });
const there = (): string[] => readdirSync(directory).sort();
const text = (name: string): string => readFileSync(join(directory, name), 'utf8');

it('A whole export is its files and a manifest that tells what they are', async () => {
  const manifest = await write(stream(WHOLE));
  expect(there()).toEqual(['feedback.csv', 'manifest.json', 'threads.csv']);
  expect(text('feedback.csv')).toBe("by\r\n'=ann\r\n\r\nü\r\n");
  expect(text('threads.csv')).toBe('messages\r\n');
  expect(JSON.parse(text('manifest.json'))).toEqual(manifest);
  expect(manifest).toEqual({
    ...{
      export: 1,
      offramp: '0.1.0',
      format: 'csv',
      at: '2026-01-01T00:00:00.000Z',
      position: '0:41,1:-1',
      tenant: null,
    },
    files: [
      { file: 'feedback.csv', view: 'feedback', rows: 3, bytes: 17, sha256: sha256(text('feedback.csv')) },
      { file: 'threads.csv', view: 'threads', rows: 0, bytes: 10, sha256: sha256(text('threads.csv')) },
    ],
  });
});

it('One that is killed at any moment before its end leaves no file that looks whole', async () => {
  for (let parts = 1; parts < WHOLE.length; parts++) {
    let seen: string[] = [];
    const killed = stream(WHOLE.slice(0, parts), () => {
      seen = there();
    });
    await expect(write(killed)).rejects.toThrow('in the middle');
    expect(seen.filter((name) => !name.endsWith('.partial'))).toEqual([]);
    expect(there()).toEqual([]);
  }
});

it('One that fails leaves the one of before as it was', async () => {
  const before = await write(stream(WHOLE));
  const failing = stream(WHOLE.slice(0, 4), () => {
    throw new Error('the network is gone');
  });
  await expect(write(failing)).rejects.toThrow('the network is gone');
  expect(there()).toEqual(['feedback.csv', 'manifest.json', 'threads.csv']);
  expect(JSON.parse(text('manifest.json'))).toEqual(before);
});

it('One that replaces another removes the files of that one, and no others', async () => {
  await write(stream(WHOLE));
  writeFileSync(join(directory, 'notes.txt'), 'mine');
  writeFileSync(join(directory, 'guards.parquet.partial'), 'of one that was killed');
  await write(stream(WHOLE), 'ndjson');
  expect(there()).toEqual(['feedback.ndjson', 'manifest.json', 'notes.txt', 'threads.ndjson']);
});

it('A manifest that names files elsewhere removes none of them', async () => {
  const manifest = await write(stream(WHOLE));
  writeFileSync(join(directory, 'manifest.json'), JSON.stringify({ ...manifest, files: [{ file: '../x.csv' }] }));
  writeFileSync(join(directory, 'notes.csv'), 'mine');
  await write(stream(WHOLE), 'ndjson');
  expect(there()).toContain('notes.csv');
  expect(there()).toContain('feedback.csv');
});

it('A folder that holds something is refused, and says what it holds', async () => {
  await prepareFolder(join(directory, 'a/b'), false);
  await expect(prepareFolder(directory, false)).rejects.toThrow('is not empty');
  await prepareFolder(directory, true);
  rmSync(join(directory, 'a'), { recursive: true });
  writeFileSync(join(directory, 'threads.csv.partial'), '');
  await expect(prepareFolder(directory, false)).rejects.toThrow('holds an export that was not finished');
  const file = prepareFolder(join(directory, 'threads.csv.partial'), true);
  await expect(file).rejects.toThrow(CommandFailure);
  await expect(file).rejects.toMatchObject({ exit: 2 });
});

function sha256(of: string): string {
  return createHash('sha256').update(of).digest('hex');
}
