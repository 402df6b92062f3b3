import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

/** The built server as a process of its own, on a port of its own. */
export interface StandaloneProcess {
  readonly url: string;
  readonly startMs: number;
  /** Calls `/admin/v1` with the token of the lock file. */
  admin(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown): Promise<Response>;
  /** Resolves when everything acknowledged so far is decided and projected. */
  settle(): Promise<void>;
  /** Resolves with the exit code, or with the signal that ended the process. */
  end(signal: NodeJS.Signals): Promise<number | NodeJS.Signals>;
  /** The same, where the process ends by itself. */
  readonly ended: Promise<number | NodeJS.Signals>;
  /** Everything that it has logged so far. */
  logged(): string;
}

export interface SpawnOptions {
  readonly dataDir: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** What OFFRAMP_… variables the test was started with are no business of the server's. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('OFFRAMP_')));
}

export function spawnStandalone({ dataDir, env = {} }: SpawnOptions): ChildProcess {
  return spawn(process.execPath, [MAIN], {
    env: { ...cleanEnvironment(), OFFRAMP_DATA: dataDir, OFFRAMP_PORT: '0', OFFRAMP_LOG_LEVEL: 'warn', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** Resolves when the server is ready; throws with what it said where it ends before. */
export async function startStandalone(options: SpawnOptions): Promise<StandaloneProcess> {
  const started = performance.now();
  const child = spawnStandalone(options);
  let said = '';
  child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | NodeJS.Signals);
  const line = await firstLine(child);
  const url = /http:\/\/\S+/.exec(line ?? '')?.[0];
  if (url === undefined) throw new Error(`The server ended with ${await ended}: ${said}`);
  const { token } = JSON.parse(readFileSync(join(options.dataDir, 'offramp.lock'), 'utf8')) as { token: string };
  const admin: StandaloneProcess['admin'] = (method, path, body) =>
    fetch(`${url}/admin/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: body === undefined ? null : JSON.stringify(body),
    });
  return {
    url,
    startMs: performance.now() - started,
    admin,
    ended,
    logged: () => said,
    async settle() {
      const answer = (await (await admin('POST', '/settle', { timeoutMs: 60_000 })).json()) as { settled: boolean };
      if (!answer.settled) throw new Error(`The server has not settled within a minute: ${JSON.stringify(answer)}`);
    },
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

async function firstLine(child: ChildProcess): Promise<string | undefined> {
  const lines = createInterface({ input: child.stdout! });
  for await (const line of lines) {
    lines.close();
    child.stdout!.resume();
    return line;
  }
  return undefined;
}
