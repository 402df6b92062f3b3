import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';
import { unavailable } from './exits.js';

/** Beside this app in the repository and in its build. */
const STANDALONE = fileURLToPath(new URL('../../standalone/dist/main.js', import.meta.url));
const STOP_TIMEOUT_MS = 20_000;

/** How a start went: ready, refused because another process has the directory, or failed otherwise. */
export type Start = { readonly ready: string } | { readonly inUse: true } | { readonly failed: true };

export interface ServerProcess {
  /** Never rejects. Where it is not ready, the process has ended or is about to. */
  readonly started: Promise<Start>;
  /** What a shell would give: 128 + the signal's number where it died of one. */
  readonly exited: Promise<number>;
  kill(signal: NodeJS.Signals): void;
  /** Lets it finish what it has begun; kills it where that takes longer than 20 s. Resolves with the exit code. */
  stop(): Promise<number>;
}

/**
 * Starts the standalone server in a process group of its own, so that a Ctrl-C of the terminal reaches this process alone
 * and is passed on once. The channel between the two tells when it is ready, and it stops by itself when this process dies.
 */
export function startServer(env: NodeJS.ProcessEnv, stdout: 'inherit' | 'ignore'): ServerProcess {
  if (!existsSync(STANDALONE)) throw unavailable('The server is not built: run npm run build in the repository.');
  const child = spawn(process.execPath, ['--enable-source-maps', STANDALONE], {
    env,
    stdio: ['ignore', stdout, 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
  });
  const exited = exitOf(child);
  const started = new Promise<Start>((resolve) => {
    child.on('message', (message: Start) => resolve(message));
    exited.finally(() => resolve({ failed: true })).catch(() => undefined);
  });
  const kill = (signal: NodeJS.Signals) => void child.kill(signal);
  return { started, exited, kill, stop: () => stop(kill, exited) };
}

async function stop(kill: (signal: NodeJS.Signals) => void, exited: Promise<number>): Promise<number> {
  kill('SIGTERM');
  const timer = setTimeout(() => kill('SIGKILL'), STOP_TIMEOUT_MS);
  const code = await exited;
  clearTimeout(timer);
  return code;
}

function exitOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', (error) => reject(unavailable(`The server can't be started: ${error.message}`, error)));
    child.on('exit', (code, signal) => resolve(code ?? 128 + (signal === null ? 1 : constants.signals[signal])));
  });
}
