import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type DataLock, DirectoryInUse, lockDirectory } from '@offramp/service/process';
import { z } from 'zod';
import { type Address, type Api, openApi } from './api.js';
import { unavailable } from './exits.js';
import { startServer } from './server-process.js';

/*
 * How a command reaches an installation: through the server that runs on the data directory, or through one that it
 * starts for as long as it needs it. Either way it talks HTTP, and only one process ever opens the directory. What only wants to
 * know where something is starts none: that would go on with what stands still.
 */

/** Long enough for a server that is starting, or one that is closing, to get there. */
const PATIENCE_MS = 30_000;
const RETRY_MS = 150;

const lockSchema = z.object({ url: z.string().nullable(), token: z.string() });

export function dataDirectory(env: NodeJS.ProcessEnv): string {
  return resolve(env['OFFRAMP_DATA'] ?? './data');
}

export interface ServerOptions {
  readonly directory: string;
  readonly env: NodeJS.ProcessEnv;
  /** The port of a server that has to be started; 0, the default, takes any. */
  readonly port?: string | undefined;
  /** Aborted on Ctrl-C: `run` should come to its end, and the server is stopped in good order. */
  readonly signal: AbortSignal;
}

/** Runs with a server on the directory: the one that is there, or else one that stops with the command. */
export async function withServer<T>(options: ServerOptions, run: (api: Api) => Promise<T>): Promise<T> {
  const { directory, signal } = options;
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    const running = await runningServer(directory);
    if (running !== undefined) return run(openApi(running, signal));
    const server = startServer(environmentOf(options), 'ignore');
    const start = await server.started;
    if ('ready' in start) {
      try {
        return await run(openApi({ url: start.ready, token: tokenIn(directory) }, signal));
      } finally {
        await server.stop();
      }
    }
    await server.exited;
    // In use by a server that does not answer yet, or not any more: both are over soon.
    if (!('inUse' in start) || Date.now() > giveUpAt) {
      throw unavailable(`The server on ${directory} did not start; what it said stands above.`);
    }
    await delay(RETRY_MS, undefined, { signal });
  }
}

export interface Look<T> {
  readonly ask: (api: Api) => Promise<T>;
  /** No server runs on the directory, and none begins meanwhile. */
  readonly alone: () => Promise<T>;
}

/** Asks the server that runs on the directory, or looks without one. */
export async function lookInto<T>({ directory, signal }: Omit<ServerOptions, 'env'>, look: Look<T>): Promise<T> {
  if (!existsSync(directory)) return look.alone();
  const giveUpAt = Date.now() + PATIENCE_MS;
  for (;;) {
    const running = await runningServer(directory);
    if (running !== undefined) return look.ask(openApi(running, signal));
    const lock = lockOf(directory);
    if (lock !== undefined) {
      try {
        return await look.alone();
      } finally {
        lock.release();
      }
    }
    // Somebody who starts, stops, or looks as well.
    if (Date.now() > giveUpAt) throw unavailable(`Another process has ${directory} and does not answer.`);
    await delay(RETRY_MS, undefined, { signal });
  }
}

function lockOf(directory: string): DataLock | undefined {
  try {
    return lockDirectory(directory);
  } catch (error) {
    if (error instanceof DirectoryInUse) return undefined;
    throw error;
  }
}

function environmentOf({ directory, env, port = '0' }: ServerOptions): NodeJS.ProcessEnv {
  return {
    ...env,
    OFFRAMP_DATA: directory,
    OFFRAMP_HOST: '127.0.0.1',
    OFFRAMP_PORT: port,
    OFFRAMP_LOG_LEVEL: env['OFFRAMP_LOG_LEVEL'] ?? 'warn',
  };
}

/** The lock file is only a hint: who answers there with this token is the server, and nobody else is. */
async function runningServer(directory: string): Promise<Address | undefined> {
  const lock = readLock(directory);
  if (lock === undefined || lock.url === null) return undefined;
  const address = { url: lock.url, token: lock.token };
  try {
    await openApi(address).get('/admin/v1/status');
    return address;
  } catch {
    return undefined;
  }
}

function readLock(directory: string): z.infer<typeof lockSchema> | undefined {
  try {
    return lockSchema.parse(JSON.parse(readFileSync(join(directory, 'offramp.lock'), 'utf8')));
  } catch {
    return undefined;
  }
}

function tokenIn(directory: string): string {
  const lock = readLock(directory);
  if (lock === undefined) throw unavailable(`There is no lock file in ${directory}; the server has just ended.`);
  return lock.token;
}
