import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type TerminalProcess, inTerminal } from '@offramp/service/testing';

/** The built command line: what a user runs. */
export const MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const OUTPUT_BYTES_MAX = 64 * 2 ** 20;

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

type Variables = Readonly<Record<string, string>>;

/** What OFFRAMP_… variables the test was started with are no business of the command. */
function environment(env: Variables): NodeJS.ProcessEnv {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('OFFRAMP_'));
  return { ...Object.fromEntries(clean), ...env };
}

/** Runs one command on a data directory. */
export function runOfframp(args: readonly string[], env: Variables): Promise<Ran> {
  const options = { env: environment(env), maxBuffer: OUTPUT_BYTES_MAX };
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], options, (error, out, err) => {
      resolve({ exit: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

/** The same on a terminal, with somebody before it. */
export function runInTerminal(args: readonly string[], env: Variables, columns = 80): TerminalProcess {
  return inTerminal([process.execPath, MAIN, ...args], { env: environment(env), columns });
}

/** A server that stays, so that not every command has to start one. */
export interface OfframpServer {
  stop(): Promise<void>;
}

export async function startOfframp(dataDir: string, more: Variables = {}): Promise<OfframpServer> {
  const env = environment({ OFFRAMP_DATA: dataDir, OFFRAMP_PORT: '0', OFFRAMP_LOG_LEVEL: 'warn', ...more });
  const child = spawn(process.execPath, [MAIN, 'start', '--json'], { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(child, 'exit').then(([code]) => code as number | null);
  const started = await Promise.race([once(child.stdout, 'data'), ended]);
  if (!Array.isArray(started)) throw new Error(`The server ended with ${String(started)}`);
  return {
    async stop() {
      child.kill('SIGTERM');
      const code = await ended;
      if (code !== 0) throw new Error(`The server ended with ${String(code)}`);
    },
  };
}

/** The last line, which `--json` makes one object. */
export function lastJson<Value>({ out }: Ran): Value {
  return JSON.parse(out.trimEnd().split('\n').at(-1)!) as Value;
}
