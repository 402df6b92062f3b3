import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { projectsWithReference } from './run/generate.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** Generated text is committed, so that a change of it is seen in a review; it may not be stale. */
describe.each(projectsWithReference(root, 'src/reference.ts'))('the reference of %s', (project) => {
  it('is what `npm run generate` would write now', async () => {
    const module = (await import(join(root, project, 'src', 'reference.ts'))) as {
      reference(): Record<string, string> | Promise<Record<string, string>>;
    };
    const wanted = Object.entries(await module.reference());
    const stale = wanted.filter(([path, text]) => readOrNothing(path) !== text).map(([path]) => path);
    expect({ stale, remedy: 'npm run generate' }).toEqual({ stale: [], remedy: 'npm run generate' });
    expect(wanted.length).toBeGreaterThan(0);
  });
});

function readOrNothing(path: string): string | undefined {
  const file = join(root, 'docs', 'reference', path);
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}
