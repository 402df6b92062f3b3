import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from './child.mjs';

/**
 * `failedSuites`: paths of those of which a test failed; one that could not even start is not among them.
 * @typedef {{ passed: number, failed: number, skipped: number, failedSuites: readonly string[] }} Counts
 */

/**
 * @typedef {object} JestRun
 * @property {readonly string[]} args patterns and options of jest
 * @property {readonly string[]} leftOut paths, or endings, of suites that do not run
 * @property {'to-stderr' | 'capture'} output
 * @property {NodeJS.ProcessEnv} [env]
 */

/**
 * Runs jest, and counts by what it wrote down rather than by what it printed. A suite that could not even start counts as
 * one failed test.
 * @param {string} root
 * @param {JestRun} run
 * @returns {Promise<Counts & import('./child.mjs').Ended>}
 */
export async function runJest(root, { args, leftOut, output, env = process.env }) {
  const folder = mkdtempSync(join(tmpdir(), 'offramp-jest-'));
  const results = join(folder, 'results.json');
  const ignored = ['/node_modules/', '/dist/', ...leftOut.map(escapeRegExp)];
  // The patterns come first: an option that takes a list swallows what follows it.
  const jest = [
    ...[
      '--experimental-vm-modules',
      '--disable-warning=ExperimentalWarning',
      join('node_modules', 'jest', 'bin', 'jest.js'),
    ],
    ...args,
    ...['--json', `--outputFile=${results}`, '--passWithNoTests'],
    ...ignored.map((pattern) => `--testPathIgnorePatterns=${pattern}`),
  ];
  try {
    const ended = await runChild(process.execPath, jest, { cwd: root, output, env });
    return { ...ended, ...countsIn(results) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * @param {string} path
 * @returns {Counts}
 */
function countsIn(path) {
  if (!existsSync(path)) return { passed: 0, failed: 1, skipped: 0, failedSuites: [] };
  const results = JSON.parse(readFileSync(path, 'utf8'));
  return {
    passed: results.numPassedTests,
    failed: results.numFailedTests + results.numRuntimeErrorTestSuites,
    skipped: results.numPendingTests + results.numTodoTests,
    failedSuites: results.testResults.filter(hasFailed).map((/** @type {{ name: string }} */ { name }) => name),
  };
}

/** @param {{ name: string, assertionResults: readonly { status: string }[] }} suite */
function hasFailed({ assertionResults }) {
  return assertionResults.some(({ status }) => status === 'failed');
}

/** @param {string} text */
function escapeRegExp(text) {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
