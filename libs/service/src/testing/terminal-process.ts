import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';

/*
 * A command on a pseudo terminal, by `script` of util-linux, which every Debian has: what a person sees who types it. Elsewhere
 * `script` takes other arguments, and suites leave this out by name.
 */
export const HAS_TERMINAL = spawnSync('script', ['--version'], { encoding: 'utf8' }).stdout?.includes('util-linux');

export interface TerminalProcess {
  /** Resolves when the terminal has shown this; throws where the command ends before. */
  until(shown: RegExp): Promise<void>;
  /** What was shown so far, with what overwrites it. */
  shown(): string;
  /** As a person does it: the line, and Enter. */
  type(line: string): void;
  /** A key that the terminal makes something of, as Ctrl-C: '\x03'. */
  press(key: string): void;
  /** The exit code; 128 + the signal's number where it died of one. */
  readonly ended: Promise<number>;
}

export interface TerminalOptions {
  readonly env: NodeJS.ProcessEnv;
  readonly columns: number;
}

export function inTerminal(command: readonly string[], { env, columns }: TerminalOptions): TerminalProcess {
  const words = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  const line = `stty cols ${columns} && exec ${words}`;
  const child = spawn('script', ['-q', '-e', '-f', '-c', line, '/dev/null'], {
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  let shown = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (shown += text));
  const ended = once(child, 'close').then(([code]) => code as number);
  return {
    async until(pattern) {
      while (!pattern.test(shown)) {
        const over = await Promise.race([once(child.stdout, 'data').then(() => undefined), ended]);
        if (over !== undefined && !pattern.test(shown)) throw new Error(`Ended with ${over}, and has shown: ${shown}`);
      }
    },
    shown: () => shown,
    type: (text) => void child.stdin.write(`${text}\r`),
    press: (key) => void child.stdin.write(key),
    ended,
  };
}
