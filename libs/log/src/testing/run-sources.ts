import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const HOOKS = fileURLToPath(new URL('./typescript-hooks.mjs', import.meta.url));

export interface RunSources {
  /** A file beside this one. */
  readonly script: string;
  readonly args: readonly string[];
  /** The largest file that the process may write, in KiB; beyond, the operating system fails its writes. */
  readonly fileKiBMax?: number;
}

/** Runs a TypeScript file of this folder in a process of its own. What it writes to standard error is dropped. */
export function runSources({ script, args, fileKiBMax }: RunSources): ChildProcessByStdio<null, Readable, null> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const command = ['--import', HOOKS, '--conditions=offramp-source', path, ...args];
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore'];
  if (fileKiBMax === undefined) return spawn(process.execPath, command, { stdio });
  return spawn('bash', ['-c', `ulimit -f ${fileKiBMax}; exec "$0" "$@"`, process.execPath, ...command], { stdio });
}
