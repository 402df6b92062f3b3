import { spawn } from 'node:child_process';
import { performance } from 'node:perf_hooks';

/**
 * @typedef {object} ChildOptions
 * @property {string} cwd
 * @property {'inherit' | 'to-stderr' | 'capture'} output
 * @property {NodeJS.ProcessEnv} [env]
 */

/** @typedef {{ code: number, output: string, ms: number }} Ended */

const SIGNALS = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP']);

/**
 * Runs a program to its end and passes the signals on to it. `code` is what a shell would give: 128 + the signal's number
 * where it died of one, 127 where there is no such program.
 * @param {string} program
 * @param {readonly string[]} args
 * @param {ChildOptions} options
 * @returns {Promise<Ended>}
 */
export function runChild(program, args, { cwd, output, env = process.env }) {
  const started = performance.now();
  const out = { inherit: 'inherit', 'to-stderr': process.stderr, capture: 'pipe' }[output];
  const child = spawn(program, args, {
    cwd,
    env,
    stdio: ['inherit', /** @type {any} */ (out), output === 'capture' ? 'pipe' : 'inherit'],
  });
  /** @type {Buffer[]} */
  const chunks = [];
  child.stdout?.on('data', (chunk) => chunks.push(chunk));
  child.stderr?.on('data', (chunk) => chunks.push(chunk));
  const forward = (/** @type {NodeJS.Signals} */ signal) => void child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, forward);
  return new Promise((resolve) => {
    /** @param {number} code */
    const end = (code) => {
      for (const signal of SIGNALS) process.off(signal, forward);
      resolve({ code, output: Buffer.concat(chunks).toString('utf8'), ms: performance.now() - started });
    };
    child.on('error', (error) => {
      chunks.push(Buffer.from(`${error.message}\n`));
      end(127);
    });
    child.on('close', (code, signal) => end(code ?? 128 + signalNumber(signal)));
  });
}

/** @param {NodeJS.Signals | null} signal */
function signalNumber(signal) {
  return { SIGHUP: 1, SIGINT: 2, SIGKILL: 9, SIGTERM: 15 }[String(signal)] ?? 1;
}
