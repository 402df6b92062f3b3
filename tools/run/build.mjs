import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { runChild } from './child.mjs';
import { say, seconds } from './say.mjs';

const STAMP = join('node_modules', '.cache', 'offramp', 'build');

/**
 * Builds where a source has changed since the last build, or an output is missing. The look at sizes and times of the
 * sources takes milliseconds, where even a build that has nothing to do takes seconds. Returns whether the build stands.
 * @param {string} root
 */
export async function ensureBuilt(root) {
  const projects = projectsOf(root);
  const fingerprint = fingerprintOf(root, projects);
  if (isBuilt(root, projects, fingerprint)) return true;
  say('Building (tsc -b) …');
  const tsc = join('node_modules', 'typescript', 'bin', 'tsc');
  const { code, ms } = await runChild(process.execPath, [tsc, '-b'], { cwd: root, output: 'to-stderr' });
  if (code !== 0) {
    say('The build failed; what the compiler said stands above.');
    return false;
  }
  say(`Built in ${seconds(ms)}.`);
  mkdirSync(dirname(join(root, STAMP)), { recursive: true });
  writeFileSync(join(root, STAMP), fingerprint);
  return true;
}

/**
 * @param {string} root
 * @param {readonly string[]} projects
 * @param {string} fingerprint
 */
function isBuilt(root, projects, fingerprint) {
  if (!projects.every((project) => existsSync(join(root, project, 'dist', 'index.js')))) return false;
  return existsSync(join(root, STAMP)) && readFileSync(join(root, STAMP), 'utf8') === fingerprint;
}

/** @param {string} root */
function projectsOf(root) {
  const config = JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8'));
  return config.references.map((/** @type {{ path: string }} */ { path }) => path);
}

/**
 * @param {string} root
 * @param {readonly string[]} projects
 */
function fingerprintOf(root, projects) {
  const hash = createHash('sha256');
  const settings = ['package.json', 'tsconfig.json', 'tsconfig.base.json'];
  const ofProjects = projects.flatMap((project) => [`${project}/tsconfig.json`, `${project}/package.json`]);
  const sources = projects.flatMap((project) => filesUnder(join(root, project, 'src')));
  for (const path of [...[...settings, ...ofProjects].map((file) => join(root, file)), ...sources]) {
    const { size, mtimeMs } = statSync(path);
    hash.update(`${path} ${size} ${mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/**
 * @param {string} folder
 * @returns {string[]}
 */
function filesUnder(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesUnder(path) : [path];
  });
}
