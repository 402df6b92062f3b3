import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { runChild } from './child.mjs';

const options = { cwd: tmpdir(), output: 'capture' } as const;

it('gives the exit code and what was said', async () => {
  const { code, output } = await runChild(process.execPath, ['-e', 'console.log("out"); process.exit(3)'], options);
  expect({ code, output }).toEqual({ code: 3, output: 'out\n' });
});

it('gives the code of a shell for a program that is not there', async () => {
  expect((await runChild('no-such-program-of-offramp', [], options)).code).toBe(127);
});

it('gives 128 and the signal for a program that died of one', async () => {
  expect((await runChild(process.execPath, ['-e', 'process.kill(process.pid, "SIGKILL")'], options)).code).toBe(137);
});

it('passes a signal on, and waits for how the program ends', async () => {
  const inner = 'process.on("SIGTERM", () => process.exit(7)); setInterval(() => 0, 1000); console.log("ready");';
  const outer = `
    import { runChild } from ${JSON.stringify(fileURLToPath(new URL('./child.mjs', import.meta.url)))};
    const run = runChild(process.execPath, ['-e', ${JSON.stringify(inner)}], { cwd: '.', output: 'inherit' });
    process.exitCode = (await run).code;`;
  const runner = spawn(process.execPath, ['--input-type=module', '-e', outer], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(runner.stdout, 'data');
  runner.kill('SIGTERM');
  const [code] = await once(runner, 'close');
  expect(code).toBe(7);
});
