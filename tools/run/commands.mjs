import { bench } from './bench.mjs';
import { ensureBuilt } from './build.mjs';
import { check } from './check.mjs';
import { runApp, runCli } from './cli.mjs';
import { generate } from './generate.mjs';
import { ensureInstalled } from './installation.mjs';
import { kafka } from './kafka.mjs';
import { mutations } from './mutations.mjs';
import { say } from './say.mjs';
import { test } from './test.mjs';

/** @typedef {{ root: string, args: readonly string[] }} Call */

/** @type {Readonly<Record<string, { built: boolean, run: (call: Call) => Promise<number | undefined> }>>} */
const COMMANDS = {
  demo: { built: true, run: ({ root, args }) => runCli(root, ['demo', ...args]) },
  start: { built: true, run: ({ root, args }) => runCli(root, ['start', ...args]) },
  'start:ingest': { built: true, run: ({ root, args }) => runApp(root, 'ingest', args) },
  'start:decider': { built: true, run: ({ root, args }) => runApp(root, 'decider', args) },
  'start:projector': { built: true, run: ({ root, args }) => runApp(root, 'projector', args) },
  'start:console': { built: true, run: ({ root, args }) => runApp(root, 'console', args) },
  test: { built: true, run: test },
  // These two are loaded when the packages that they import are installed.
  'test:faults': { built: true, run: async (call) => (await import('../faults/faults.mjs')).faults(call) },
  verifier: { built: false, run: async (call) => (await import('../verifier/verify.mjs')).verifier(call) },
  check: { built: false, run: check },
  bench: { built: true, run: bench },
  kafka: { built: false, run: kafka },
  mutations: { built: false, run: mutations },
  generate: { built: true, run: generate },
};

/**
 * Sets the exit code; a command that goes on by itself (a server) returns undefined and sets its own.
 * @param {{ root: string, command: string | undefined, args: readonly string[] }} call
 */
export async function runCommand({ root, command, args }) {
  const known = command === undefined ? undefined : COMMANDS[command];
  if (known === undefined) {
    say(`Usage: npm run ${Object.keys(COMMANDS).join(' | ')} [-- ARGUMENTS]`);
    process.exitCode = 2;
    return;
  }
  process.chdir(root);
  const ready = (await ensureInstalled(root)) && (!known.built || (await ensureBuilt(root)));
  const code = ready ? await known.run({ root, args }) : 1;
  if (code !== undefined) process.exitCode = code;
}
