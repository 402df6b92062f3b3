import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { MUTATIONS, SOURCES, occurrences } from './mutations.mjs';

/** The list of seeded bugs cannot fall behind the sources. `npm run mutations` shows that each of them is found. */
const root = fileURLToPath(new URL('../..', import.meta.url));

it('has a name, a reason and specs for each', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  expect(MUTATIONS.filter(({ from, to, breaks }) => from === to || !breaks.endsWith('.'))).toEqual([]);
});

it('seeds each bug into a text that stands in its file exactly once', () => {
  expect(MUTATIONS.filter((mutation) => occurrences(root, mutation) !== 1)).toEqual([]);
});

it('names specs that are there, at least one for each bug', () => {
  const isThere = (spec: string) => existsSync(join(root, SOURCES, `${spec}.spec.ts`));
  expect(MUTATIONS.filter(({ killedBy }) => killedBy.length === 0 || !killedBy.every(isThere))).toEqual([]);
});
