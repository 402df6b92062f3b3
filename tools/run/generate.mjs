import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { say } from './say.mjs';

/**
 * Writes docs/reference/. A project that has something to say there exports from `src/reference.ts` a function
 * `reference()`: texts by their path below docs/reference. tools/reference.spec.ts fails where a text is stale.
 * @param {import('./commands.mjs').Call} call
 */
export async function generate({ root }) {
  let written = 0;
  for (const project of projectsWithReference(root, 'dist/reference.js')) {
    const { reference } = await import(pathToFileURL(join(root, project, 'dist', 'reference.js')).href);
    for (const [path, text] of Object.entries(await reference())) {
      if (writeWhereChanged(join(root, 'docs', 'reference', path), text)) written++;
    }
  }
  say(written === 0 ? 'docs/reference is up to date.' : `Wrote ${written} files below docs/reference.`);
  return 0;
}

/**
 * @param {string} root
 * @param {string} file relative to the project
 */
export function projectsWithReference(root, file) {
  const projects = ['libs', 'apps'].flatMap((kind) => readdirSync(join(root, kind)).map((name) => `${kind}/${name}`));
  return projects.filter((project) => existsSync(join(root, project, file)));
}

/**
 * @param {string} path
 * @param {string} text
 */
function writeWhereChanged(path, text) {
  if (existsSync(path) && readFileSync(path, 'utf8') === text) return false;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return true;
}
