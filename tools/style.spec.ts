import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ALLOWED_EDGES } from './lint/layers.mjs';
import { readWorkspace } from './lint/projects.mjs';

/** Style as a test: what can be counted is not left to reviews. The reasons stand in CONTRIBUTING.md. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const LINES_MAX = 350;
const SKIPPED_FOLDERS = new Set(['node_modules', 'dist', '.nx', 'fixtures', 'goldens']);
const folders = ['libs', 'apps', 'tools', 'bench', '.ci'].map((folder) => join(root, folder)).filter(existsSync);
const files = folders.flatMap(filesUnder);
const code = files.filter((file) => /\.(ts|tsx|mjs)$/.test(file));

it('finds the code', () => {
  expect(code).toContain('libs/events/src/index.ts');
  expect(code).toContain('tools/style.spec.ts');
});

it(`has no file of more than ${LINES_MAX} lines`, () => {
  expect(code.filter((file) => text(file).split('\n').length > LINES_MAX + 1)).toEqual([]);
});

it('names files in kebab-case, and by what they export', () => {
  const kebab = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9-]+)*\.(ts|tsx|mjs|sql)$/;
  expect(files.filter((file) => /\.(ts|tsx|mjs|sql)$/.test(file) && !kebab.test(basename(file)))).toEqual([]);
  const empty = /(^|[-.])(manager|helper|util|common|impl)s?([-.]|$)/;
  expect(files.filter((file) => empty.test(basename(file)))).toEqual([]);
});

it('names no class, function or type after nothing', () => {
  const empty = /\b(?:class|interface|type|function|const)\s+\w*(?:Manager|Helper|Util|Utils|Common|Impl|BaseClass)\b/;
  expect(code.filter((file) => file !== 'tools/style.spec.ts' && empty.test(text(file)))).toEqual([]);
});

it('lists the names that an index exports', () => {
  expect(code.filter((file) => /^export \*/m.test(text(file)))).toEqual([]);
});

it('leaves no test alone, and switches one off only under a condition that stands on the same line', () => {
  const alone = /\b(?:it|test|describe)(?:\.each)?\.(?:only|todo)\(|\b(?:fit|fdescribe|xit|xtest|xdescribe)\(/;
  const switched = (line: string) => /\.skip\(/.test(line) && !/\bif \(| \? /.test(line);
  const specs = code.filter((file) => file.endsWith('.spec.ts') && file !== 'tools/style.spec.ts');
  expect(specs.filter((file) => alone.test(text(file)) || text(file).split('\n').some(switched))).toEqual([]);
});

it('waits for what happens in a test, never for a time', () => {
  const sleeps = /setTimeout\(\s*(?:resolve|r|done)\b|timers\/promises|\bsleep\(/;
  const specs = code.filter((file) => file.endsWith('.spec.ts') && file !== 'tools/style.spec.ts');
  expect(specs.filter((file) => sleeps.test(text(file)))).toEqual([]);
});

it('imports other projects by their names, and its own files with .js', () => {
  const bare = /from '(?:\.{1,2}\/[^']*(?<!\.js|\.mjs|\.json))'/;
  expect(code.filter((file) => file.endsWith('.ts') && bare.test(text(file)))).toEqual([]);
});

it('gives each project a layer, and each layer a project', () => {
  const tags = readWorkspace(root).projects.map(({ root: folder, tag }) => `${folder}: ${tag}`);
  expect(tags.filter((line) => line.endsWith(': undefined'))).toEqual([]);
  const unused = Object.keys(ALLOWED_EDGES).filter((tag) => !tags.some((line) => line.endsWith(`: ${tag}`)));
  expect(unused).toEqual(['web:console']); // It comes with the web console.
});

it('names in tsconfig.json what package.json depends on, so that the build order is right', () => {
  const { projects } = readWorkspace(root);
  for (const project of projects) {
    const wanted = projects.filter(({ packageName }) => project.dependencies.includes(packageName));
    const references: { path: string }[] = JSON.parse(text(`${project.root}/tsconfig.json`)).references;
    const found = references.map(({ path }) => relative('.', join(project.root, path)));
    expect({ project: project.root, references: found.sort() }).toEqual({
      project: project.root,
      references: wanted.map((dependency) => dependency.root).sort(),
    });
  }
});

function text(file: string): string {
  return readFileSync(join(root, file), 'utf8');
}

/** Paths relative to the repository, with slashes. */
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : filesUnder(path);
    return [relative(root, path).replaceAll('\\', '/')];
  });
}
