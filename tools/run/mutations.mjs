import { basename, join } from 'node:path';
import { MUTATIONS, SOURCES, occurrences } from '../mutations/mutations.mjs';
import { runJest } from './jest.mjs';
import { say, seconds } from './say.mjs';

/** @typedef {import('../mutations/mutations.mjs').Mutation} Mutation */
/** @typedef {'killed' | 'blind' | 'survived' | 'lost' | 'stopped'} State */
/** @typedef {{ state: State, by: readonly string[], ms: number }} Outcome */

/**
 * `npm run mutations [-- WORD] [--find]`: seeds each bug of `tools/mutations/list` (those whose name or file has WORD in it)
 * in memory and runs the specs that it names; each of them has to fail. `--find` runs all specs of the ladder instead, and
 * tells which ones fail.
 * @param {import('./commands.mjs').Call} call
 */
export async function mutations({ root, args }) {
  const isFinding = args.includes('--find');
  const word = args.find((arg) => !arg.startsWith('--')) ?? '';
  const chosen = MUTATIONS.filter(({ name, file }) => `${name} ${file}`.includes(word));
  const failed = [];
  for (const mutation of chosen) {
    const outcome = await outcomeOf(root, mutation, isFinding);
    if (outcome.state === 'stopped') return 130;
    tell(mutation, outcome);
    if (outcome.state !== 'killed') failed.push(mutation.name);
  }
  process.stdout.write(`${chosen.length - failed.length} of ${chosen.length} seeded bugs killed\n`);
  for (const name of failed) say(`Not killed as the list says: ${name}`);
  return failed.length > 0 || chosen.length === 0 ? 1 : 0;
}

/**
 * `blind`: not every spec that the list names fails. `lost`: the text does not stand in the source exactly once. `stopped`: by
 * a signal, which a child gets first.
 * @param {string} root
 * @param {Mutation} mutation
 * @param {boolean} isFinding
 * @returns {Promise<Outcome>}
 */
async function outcomeOf(root, mutation, isFinding) {
  const { killedBy } = mutation;
  if (occurrences(root, mutation) !== 1) return { state: 'lost', by: [], ms: 0 };
  if (isFinding || killedBy.length === 0) return runSpecs(root, mutation, [SOURCES]);
  const specs = killedBy.map((spec) => join(SOURCES, `${spec}.spec.ts`));
  const named = await runSpecs(root, mutation, specs);
  if (named.state === 'stopped' || killedBy.every((spec) => named.by.includes(spec))) return named;
  if (named.state === 'killed') return { ...named, state: 'blind' };
  const all = await runSpecs(root, mutation, [SOURCES, '--bail']);
  return all.state === 'killed' ? { ...all, state: 'blind' } : all;
}

/**
 * @param {string} root
 * @param {Mutation} mutation
 * @param {readonly string[]} specs
 * @returns {Promise<Outcome>}
 */
async function runSpecs(root, { name }, specs) {
  const { code, failedSuites, ms } = await runJest(root, {
    args: [...specs, '-i', '-c', join('tools', 'mutations', 'jest.config.mjs')],
    leftOut: [],
    output: 'capture',
    env: { ...process.env, OFFRAMP_MUTATION: name, OFFRAMP_PROPERTY_SHRINK: 'off' },
  });
  const by = failedSuites.map((path) => basename(path, '.spec.ts')).sort();
  return { state: code > 128 ? 'stopped' : by.length > 0 ? 'killed' : 'survived', by, ms };
}

/**
 * @param {Mutation} mutation
 * @param {Outcome} outcome
 */
function tell({ name, file }, { state, by, ms }) {
  process.stdout.write(`${state.padEnd(8)} ${name} (${file}): ${by.join(', ') || 'no spec fails'}, ${seconds(ms)}\n`);
}
