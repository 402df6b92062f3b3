import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

/**
 * What a suite may need besides Node: `@requires postgres` in the comment that opens the file. `kafka` is one that it shares
 * with others; `brokers` are of its own, to be killed.
 */
export const SERVICES = /** @type {const} */ (['kafka', 'brokers', 'postgres', 'browser']);

/** @typedef {(typeof SERVICES)[number]} Service */
/** @typedef {{ path: string, requires: readonly Service[] }} Suite */

const SKIPPED_FOLDERS = new Set(['node_modules', 'dist']);

/**
 * Every suite of the repository, with what it says it needs.
 * @param {string} root
 * @returns {Suite[]}
 */
export function findSuites(root) {
  const folders = ['libs', 'apps', 'tools', 'bench'].map((folder) => join(root, folder)).filter(existsSync);
  const files = folders.flatMap(specsUnder);
  return files.map((file) => ({
    path: relative(root, file).replaceAll('\\', '/'),
    requires: requirementsIn(readFileSync(file, 'utf8')),
  }));
}

/**
 * @param {string} source
 * @returns {Service[]}
 */
export function requirementsIn(source) {
  const opening = /^\s*\/\*[\s\S]*?\*\//.exec(source)?.[0] ?? '';
  return SERVICES.filter((service) => new RegExp(`@requires ${service}\\b`).test(opening));
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function specsUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED_FOLDERS.has(entry.name) ? [] : specsUnder(path);
    return entry.name.endsWith('.spec.ts') ? [path] : [];
  });
}
