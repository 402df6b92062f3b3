/** Standalone: from the start of the process to ready, on a new data directory and on an old one, and the memory it takes. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { median, report } from './shared/measure.mjs';
import { residentMb, withDirectory, withServer } from './shared/standalone.mjs';

const ROUNDS = process.argv.includes('--quick') ? 3 : 7;

/** Starts on a directory that is not there yet, ends in order, and starts on it again. */
async function round() {
  return withDirectory(async (dataDir) => {
    const look = async (server) => ({ ms: server.startMs, mb: await residentMb(server) });
    const cold = await withServer({ dataDir }, look);
    const warm = await withServer({ dataDir }, look);
    return { cold, warm };
  });
}

/** Plays the demo, and looks at the server when all of it is projected. */
async function residentAfterDemo() {
  const cli = fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url));
  const demo = spawn(process.execPath, [cli, 'demo', '--json'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const ended = once(demo, 'exit');
  try {
    for await (const line of createInterface({ input: demo.stdout })) return await residentMb(JSON.parse(line));
    throw new Error(`The demo ended with ${(await ended)[0]} before it was played`);
  } finally {
    demo.kill('SIGINT');
    await ended;
  }
}

const rounds = [];
for (let number = 0; number < ROUNDS; number++) rounds.push(await round());
const middle = (pick) => Math.round(median(rounds.map(pick)));
report(
  'start',
  [
    { name: 'start on a new directory, to ready', value: middle(({ cold }) => cold.ms), unit: 'ms', target: '≤ 6,000' },
    {
      name: 'start on an old directory, to ready',
      value: middle(({ warm }) => warm.ms),
      unit: 'ms',
      target: '≤ 2,000',
    },
    { name: 'resident after the first start', value: middle(({ cold }) => cold.mb), unit: 'MB', target: '≤ 600' },
    { name: 'resident after a later start', value: middle(({ warm }) => warm.mb), unit: 'MB', target: '≤ 600' },
    { name: 'resident after the demo', value: await residentAfterDemo(), unit: 'MB', target: '≤ 600' },
  ],
  { rounds: ROUNDS },
);
