/** `npm run kafka`, on one real broker. @requires brokers */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const dir = mkdtempSync(join(tmpdir(), 'offramp-kafka-command-'));

afterAll(() => {
  kafka('down', '--dir', dir);
  rmSync(dir, { recursive: true, force: true });
});

it('starts a broker, kills it, starts it again on its data and port, and goes down leaving the data', async () => {
  const up = kafka('up', '--dir', dir, '--json');
  expect(up.status).toBe(0);
  const { brokers, processes } = JSON.parse(up.stdout);
  expect(brokers).toBe(`127.0.0.1:${processes[0].port}`);
  expect(await answers(processes[0].port)).toBe(true);
  expect(kafka('up', '--dir', dir).stderr).toContain('runs in');

  expect(kafka('kill', '1', '--dir', dir).status).toBe(0);
  expect(await answers(processes[0].port)).toBe(false);

  const started = JSON.parse(kafka('start', '1', '--dir', dir, '--json').stdout);
  expect(started.brokers).toBe(brokers);
  expect(started.processes[0].pid).not.toBe(processes[0].pid);
  expect(await answers(processes[0].port)).toBe(true);

  expect(kafka('down', '--dir', dir).status).toBe(0);
  expect(await answers(processes[0].port)).toBe(false);
  expect(existsSync(join(dir, 'broker-1', 'data', 'meta.properties'))).toBe(true);
}, 120_000);

it('says how it is used, and what is missing', () => {
  expect(kafka('up', '--brokers', '2')).toMatchObject({ status: 2, stderr: expect.stringContaining('1 or 3') });
  expect(kafka('kill', 'one', '--dir', dir)).toMatchObject({ status: 2, stderr: expect.stringContaining('one is no') });
  expect(kafka('down', '--dir', join(dir, 'none')).status).toBe(1);
  const { status, stderr } = run(['up', '--dir', dir], { PATH: '', JAVA_HOME: '' });
  expect({ status, stderr }).toMatchObject({ status: 3, stderr: expect.stringMatching(/needs Java 17.* and Maven/) });
});

function kafka(...args: string[]) {
  return run(args, {});
}

function run(args: string[], env: Record<string, string>) {
  const script = `
    import { kafka } from ${JSON.stringify(join(repository, 'tools', 'run', 'kafka.mjs'))};
    process.exitCode = await kafka({ root: ${JSON.stringify(repository)}, args: ${JSON.stringify(args)} });`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => end(true));
    socket.on('error', () => end(false));
  });
}
