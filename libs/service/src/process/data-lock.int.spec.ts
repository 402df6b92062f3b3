import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { DirectoryInUse, lockDirectory } from './data-lock.js';
import { identityOf, isAlive } from './process-identity.js';

/** Real processes, from the build: what they race for is the file system. */
const BUILT = fileURLToPath(new URL('../../dist/process/data-lock.js', import.meta.url));
const HOLDER = `
  import { lockDirectory } from ${JSON.stringify(BUILT)};
  process.on('SIGTERM', () => process.exit(0));
  process.stdin.resume();
  console.log('up');
  process.stdin.once('data', () => {
    try { lockDirectory(process.argv[1]); console.log('held'); } catch (error) { console.log(error.name); }
  });
`;

let directory: string;
let children: Holder[];

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'offramp-lock-'));
  children = [];
});

afterEach(async () => {
  await Promise.all(children.map((child) => child.end('SIGKILL')));
  rmSync(directory, { recursive: true, force: true });
});

it('gives a directory to one process, and tells the others who has it', () => {
  const lock = lockDirectory(directory);
  lock.announce('http://127.0.0.1:8420');
  const content = JSON.parse(readFileSync(join(directory, 'offramp.lock'), 'utf8')) as Record<string, unknown>;
  expect(content).toMatchObject({ pid: process.pid, url: 'http://127.0.0.1:8420', token: lock.token });
  expect(statSync(join(directory, 'offramp.lock')).mode & 0o777).toBe(0o600);
  expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
  expect(() => lockDirectory(directory)).toThrow(`process ${process.pid}, at http://127.0.0.1:8420`);
  lock.release();
  lockDirectory(directory).release();
  expect(readdirSync(directory)).toEqual([]);
});

it('releases its own lock only', () => {
  const first = lockDirectory(directory);
  first.release();
  const second = lockDirectory(directory);
  first.release();
  expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
  second.release();
});

it('takes over from a process that was killed, and from a lock that was cut short', async () => {
  const holder = await startHolder();
  expect(await holder.take()).toBe('held');
  expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
  await holder.end('SIGKILL');
  lockDirectory(directory).release();
  writeFileSync(join(directory, 'offramp.lock'), '{"pid":');
  lockDirectory(directory).release();
  expect(readdirSync(directory)).toEqual([]);
});

it('does not take a later process with the same number for the owner', () => {
  const reused = { ...identityOf(process.pid), born: 'another boot/1', url: null, token: 't', startedAt: 'earlier' };
  expect(isAlive(identityOf(process.pid))).toBe(true);
  writeFileSync(join(directory, 'offramp.lock'), JSON.stringify(reused));
  if (identityOf(process.pid).born === undefined) expect(() => lockDirectory(directory)).toThrow(DirectoryInUse);
  else lockDirectory(directory).release();
});

it('takes over from a starter that died while it took over', () => {
  const dead = { pid: 2 ** 22 + 1, url: null, startedAt: 'earlier' };
  writeFileSync(join(directory, 'offramp.lock'), JSON.stringify({ ...dead, token: 'a' }));
  writeFileSync(join(directory, 'offramp.lock.a'), JSON.stringify({ ...dead, token: 'b' }));
  writeFileSync(join(directory, 'offramp.lock.a.b'), 'half of o');
  lockDirectory(directory).release();
  expect(readdirSync(directory)).toEqual([]);
});

it('lets one of many starters in that find the lock of a dead process at the same time', async () => {
  const starters = await Promise.all(Array.from({ length: 6 }, () => startHolder()));
  for (let round = 0; round < 3; round++) {
    const dead = { pid: 2 ** 22 + 1, url: null, token: `dead-${round}`, startedAt: 'earlier' };
    writeFileSync(join(directory, 'offramp.lock'), JSON.stringify(dead));
    const taking = round === 0 ? starters : await Promise.all(Array.from({ length: 6 }, () => startHolder()));
    const results = await Promise.all(taking.map((starter) => starter.take()));
    expect(results.sort()).toEqual([...Array<string>(5).fill('DirectoryInUse'), 'held']);
    await Promise.all(taking.map((starter) => starter.end('SIGKILL')));
  }
});

interface Holder {
  take(): Promise<string>;
  end(signal: NodeJS.Signals): Promise<void>;
}

async function startHolder(): Promise<Holder> {
  const child = spawn(process.execPath, ['--input-type=module', '-e', HOLDER, directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const holder = {
    async take() {
      child.stdin.write('go\n');
      return (await lines.next()).value as string;
    },
    end: (signal: NodeJS.Signals) => end(child, signal),
  };
  children.push(holder);
  await lines.next();
  return holder;
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}
