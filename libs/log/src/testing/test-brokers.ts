import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export interface TestBrokers {
  readonly addresses: readonly string[];
  /** Kills a broker (1, 2, 3) as a crash would. */
  kill(id: number): Promise<void>;
  /** Starts a killed one on its data. */
  start(id: number): Promise<void>;
  stop(): Promise<void>;
}

const COMMAND = fileURLToPath(new URL('../../../../tools/run/kafka.mjs', import.meta.url));
const ROOT = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/[\\/]$/, '');

/** Brokers of a test's own, as of `npm run kafka`. They die with this process. */
export async function startTestBrokers(
  count: 1 | 3,
  settings: Readonly<Record<string, string>> = {},
): Promise<TestBrokers> {
  const sets = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const args = ['up', '--attached', '--brokers', String(count), ...sets];
  const script = `
    import { kafka } from ${JSON.stringify(COMMAND)};
    process.exitCode = await kafka(${JSON.stringify({ root: ROOT, args })});`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done === true) throw new Error('the brokers have ended; what they said stands above');
    return value;
  };
  const command = async (line: string): Promise<void> => {
    child.stdin.write(`${line}\n`);
    await answer();
  };
  const { brokers } = JSON.parse(await answer()) as { brokers: string };
  return {
    addresses: brokers.split(','),
    kill: (id) => command(`kill ${id}`),
    start: (id) => command(`start ${id}`),
    async stop() {
      const exited = once(child, 'exit');
      child.stdin.end('down\n');
      await exited;
    },
  };
}
