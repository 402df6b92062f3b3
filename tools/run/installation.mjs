import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { runChild } from './child.mjs';
import { say, seconds } from './say.mjs';

/** @typedef {{ version?: string, link?: boolean, optional?: boolean, devOptional?: boolean }} LockedPackage */

/**
 * Installs the packages where they are missing or are not those of package-lock.json. `npm ci`, never `npm install`: the
 * lock decides. Returns whether all is there.
 * @param {string} root
 */
export async function ensureInstalled(root) {
  if (isInstalled(root)) return true;
  say('Installing the packages (npm ci); the first time takes about a minute …');
  const { program, args } = npm(['ci', '--no-audit', '--no-fund', '--loglevel=error']);
  const { code, ms } = await runChild(program, args, { cwd: root, output: 'to-stderr' });
  if (code === 0) say(`Installed in ${seconds(ms)}.`);
  else say(`npm ci failed with code ${code}; what it said stands above.`);
  return code === 0;
}

/**
 * Compares package-lock.json with what npm wrote down of its last installation. Optional packages may be missing: they are
 * for other platforms.
 * @param {string} root
 */
export function isInstalled(root) {
  const installed = readLock(join(root, 'node_modules', '.package-lock.json'));
  if (installed === undefined) return false;
  const wanted = Object.entries(readLock(join(root, 'package-lock.json')) ?? {});
  return wanted.every(([path, { version, link, optional }]) => {
    if (!path.includes('node_modules/')) return true;
    const found = installed[path];
    if (found === undefined) return optional === true;
    return link === true || (found.version === version && existsSync(join(root, path)));
  });
}

/**
 * @param {string} path
 * @returns {Record<string, LockedPackage> | undefined}
 */
function readLock(path) {
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

/**
 * The npm that started us, else the one on the PATH.
 * @param {readonly string[]} args
 */
function npm(args) {
  const script = process.env['npm_execpath'];
  if (script?.endsWith('npm-cli.js')) return { program: process.execPath, args: [script, ...args] };
  return { program: process.platform === 'win32' ? 'npm.cmd' : 'npm', args };
}
