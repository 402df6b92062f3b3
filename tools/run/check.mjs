import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { runChild } from './child.mjs';
import { runJest } from './jest.mjs';
import { say, seconds } from './say.mjs';
import { findSuites } from './suites.mjs';

/** @typedef {{ name: string, ok: boolean, output: string, ms: number, note?: string }} Step */

/**
 * Format, lint, types and unit tests. The first three look at the same files and don't touch each other, so they run side
 * by side; the tests have the machine to themselves.
 * @param {import('./commands.mjs').Call} call
 */
export async function check({ root, args }) {
  const started = performance.now();
  const steps = await Promise.all([format(root), lint(root), types(root)].map((step) => step.then(tell)));
  if (!args.includes('--no-tests')) steps.push(tell(await unitTests(root)));
  const failed = steps.filter(({ ok }) => !ok).map(({ name }) => name);
  const time = seconds(performance.now() - started);
  say(failed.length === 0 ? `All fine in ${time}.` : `Failed: ${failed.join(', ')} (${time}).`);
  return failed.length === 0 ? 0 : 1;
}

/** @param {string} root */
async function format(root) {
  const cache = join('node_modules', '.cache', 'offramp', 'prettier');
  return step(root, 'format', ['prettier/bin/prettier.cjs', '--check', '--cache', '--cache-location', cache, '.']);
}

/** @param {string} root */
async function lint(root) {
  return step(root, 'lint', ['eslint/bin/eslint.js', '.']);
}

/** The build, which holds the specs' types too, and then the tools, which are checked but not built. @param {string} root */
async function types(root) {
  const build = await step(root, 'types', ['typescript/bin/tsc', '-b']);
  if (!build.ok) return build;
  const tools = await step(root, 'types', ['typescript/bin/tsc', '-p', 'tools']);
  return { ...tools, ms: build.ms + tools.ms };
}

/**
 * @param {string} root
 * @returns {Promise<Step>}
 */
async function unitTests(root) {
  const withService = findSuites(root).filter(({ requires }) => requires.length > 0);
  const leftOut = ['.int.spec.ts', ...withService.map(({ path }) => `/${path}`)];
  const run = await runJest(root, { args: [], leftOut, output: 'capture' });
  const note = `${run.passed} passed, ${run.failed} failed, ${run.skipped} skipped`;
  return { name: 'unit tests', ok: run.code === 0 && run.passed > 0, output: run.output, ms: run.ms, note };
}

/**
 * @param {string} root
 * @param {string} name
 * @param {readonly string[]} command a script below node_modules, and its arguments
 * @returns {Promise<Step>}
 */
async function step(root, name, [script = '', ...args]) {
  const program = join('node_modules', script);
  const { code, output, ms } = await runChild(process.execPath, [program, ...args], { cwd: root, output: 'capture' });
  return { name, ok: code === 0, output, ms };
}

/** @param {Step} step */
function tell(step) {
  const note = step.note === undefined ? '' : `  ${step.note}`;
  say(`${step.ok ? '✓' : '✗'} ${step.name.padEnd(10)} ${seconds(step.ms).padStart(7)}${note}`);
  if (!step.ok) say(step.output.trimEnd());
  return step;
}
