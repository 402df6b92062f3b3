import { once } from 'node:events';
import { runSources } from './testing/run-sources.js';

async function passBy(count: number) {
  const child = runSources({ script: './passing-by.ts', args: [String(count)] });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => void (said += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { said, ended: code ?? signal };
}

it('lets a process die at the armed point, at the time that was said, and nowhere else', async () => {
  expect(await passBy(3)).toEqual({ said: '123', ended: 'SIGKILL' });
  expect(await passBy(6)).toEqual({ said: '12345 done\n', ended: 0 });
});

it('passes by where nothing is armed', async () => {
  expect(await passBy(0)).toEqual({ said: '12345 done\n', ended: 0 });
});
