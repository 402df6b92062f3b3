import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { isInstalled } from './installation.mjs';

const LOCK = {
  '': { version: '0.1.0' },
  'libs/events': { version: '0.1.0' },
  'node_modules/@offramp/events': { link: true },
  'node_modules/zod': { version: '4.6.7' },
  'node_modules/lmdb-win32': { version: '3.5.6', optional: true },
};

const folders: string[] = [];

afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

it('knows a complete installation', () => {
  expect(isInstalled(clone({ 'node_modules/@offramp/events': {}, 'node_modules/zod': { version: '4.6.7' } }))).toBe(
    true,
  );
});

it('sees a clone that was never installed', () => {
  expect(isInstalled(clone(undefined))).toBe(false);
});

it('sees another version', () => {
  expect(isInstalled(clone({ 'node_modules/@offramp/events': {}, 'node_modules/zod': { version: '4.6.6' } }))).toBe(
    false,
  );
});

it('sees a package that is new in the lock', () => {
  expect(isInstalled(clone({ 'node_modules/@offramp/events': {} }))).toBe(false);
});

it('sees a package whose folder is gone', () => {
  const root = clone({ 'node_modules/@offramp/events': {}, 'node_modules/zod': { version: '4.6.7' } });
  rmSync(join(root, 'node_modules/zod'), { recursive: true });
  expect(isInstalled(root)).toBe(false);
});

/** A clone in which npm wrote down that it installed these packages. */
function clone(installed: Record<string, object> | undefined): string {
  const root = mkdtempSync(join(tmpdir(), 'offramp-clone-'));
  folders.push(root);
  write(root, 'package-lock.json', { packages: LOCK });
  if (installed === undefined) return root;
  for (const path of Object.keys(installed)) mkdirSync(join(root, path), { recursive: true });
  write(root, 'node_modules/.package-lock.json', { packages: installed });
  return root;
}

function write(root: string, path: string, content: object): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), JSON.stringify(content));
}
