import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** The built command line: what a user runs. */
export const OFFRAMP_MAIN = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const OUTPUT_BYTES_MAX = 64 * 2 ** 20;

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

/** Runs one command on a data directory. What OFFRAMP_… variables the test was started with are no business of it. */
export function runOfframp(args: readonly string[], env: Readonly<Record<string, string>>): Promise<Ran> {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('OFFRAMP_'));
  const options = { env: { ...Object.fromEntries(clean), ...env }, maxBuffer: OUTPUT_BYTES_MAX };
  return new Promise((resolve) => {
    execFile(process.execPath, [OFFRAMP_MAIN, ...args], options, (error, out, err) => {
      resolve({ exit: error === null ? 0 : Number(error.code ?? -1), out, err });
    });
  });
}

/** The last line, which `--json` makes one object. */
export function lastJson<Value>({ out }: Ran): Value {
  return JSON.parse(out.trimEnd().split('\n').at(-1)!) as Value;
}
