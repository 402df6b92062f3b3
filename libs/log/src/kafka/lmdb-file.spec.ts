import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { open } from 'lmdb';
import { isUsable } from './lmdb-file.js';

let dir: string;
let file: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'offramp-lmdb-file-'));
  file = join(dir, 'store.mdb');
  const root = open({ path: file, noSubdir: true, overlappingSync: false } as Parameters<typeof open>[0]);
  for (let key = 0; key < 500; key++) await root.put(key, 'x'.repeat(700));
  await root.close();
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('takes a whole file, an empty one and none', async () => {
  expect(await isUsable(file)).toBe(true);
  await truncate(file, 0);
  expect(await isUsable(file)).toBe(true);
  expect(await isUsable(join(dir, 'none'))).toBe(true);
});

it('refuses a file that lacks any of its pages, and one that is something else', async () => {
  const { length } = await readFile(file);
  for (const size of [length - 4096, length >> 1, 8192, 5000, 100, 1]) {
    await truncate(file, size);
    expect(await isUsable(file)).toBe(false);
  }
  for (const other of ['no store at all', Buffer.alloc(1 << 20, 7), Buffer.alloc(1 << 20)]) {
    await writeFile(file, other);
    expect(await isUsable(file)).toBe(false);
  }
});
