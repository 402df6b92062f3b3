import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const documents = [
  ...readdirSync(root).filter((file) => file.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map((file) => join('docs', String(file)))
    .filter((file) => file.endsWith('.md')),
];

it.each(documents)('%s links to what is there', (document) => {
  const targets = [...text(document).matchAll(/\]\(([^)\s]+)\)/g)].map((match) => match[1]!.split('#')[0]!);
  const local = targets.filter((target) => target !== '' && !/^[a-z]+:/.test(target));
  expect(local.filter((target) => !existsSync(join(root, dirname(document), target)))).toEqual([]);
});

it.each(documents)('%s names no file of the sources that is gone', (document) => {
  const paths = [...text(document).matchAll(/`((?:libs|apps|tools|docs|bench)\/[\w./-]*\w)`/g)].map(
    (match) => match[1]!,
  );
  expect(paths.filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

it('numbers each decision once', () => {
  const numbers = readdirSync(join(root, 'docs', 'adr')).map((file) => file.slice(0, 4));
  expect(numbers).toEqual([...new Set(numbers)]);
  for (const file of readdirSync(join(root, 'docs', 'adr'))) {
    expect(text(join('docs', 'adr', file))).toMatch(new RegExp(`^# ${Number(file.slice(0, 4))}\\. `));
  }
});

it('gives a reason for every dependency', () => {
  const page = text('docs/adr/0004-toolchain-and-dependencies.md');
  const folders = ['libs', 'apps'].flatMap((kind) => readdirSync(join(root, kind)).map((name) => join(kind, name)));
  const names = ['.', ...folders].flatMap((folder) => {
    const manifest = JSON.parse(text(join(folder, 'package.json'))) as Record<string, Record<string, string>>;
    return Object.keys({ ...manifest['dependencies'], ...manifest['devDependencies'] });
  });
  const known = (name: string) => page.includes(name) || /^@(offramp|types|nestjs|electric-sql)\//.test(name);
  expect([...new Set(names)].filter((name) => !known(name))).toEqual([]);
});

function text(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}
