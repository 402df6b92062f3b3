import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * `npm test` as a whole, in a process of its own, over a small repository that stands in a temporary folder and borrows
 * this one's packages and jest configuration.
 */
const repository = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const root = mkdtempSync(join(tmpdir(), 'offramp-suites-'));
const PASSING = "it('passes', () => expect(1).toBe(1));";
const FAILING = "it('fails', () => expect(1).toBe(2));";
const BROKEN = "import './no-such-file.js';";
const IN_KAFKA = `/** @requires kafka */\n${FAILING}`;

beforeAll(() => {
  symlinkSync(join(repository, 'node_modules'), join(root, 'node_modules'));
  for (const file of ['jest.config.mjs', 'package.json']) copyFileSync(join(repository, file), join(root, file));
  mkdirSync(join(root, 'libs'));
});

afterAll(() => rmSync(root, { recursive: true, force: true }));

it('counts what passed, failed and could not start, and fails', () => {
  const { status, last } = run({ 'a.spec.ts': `${PASSING}${FAILING}`, 'b.spec.ts': BROKEN });
  expect({ status, last }).toEqual({ status: 1, last: '1 passed, 2 failed, 0 skipped' });
});

it('names a suite that it leaves out, and counts it as skipped', () => {
  const { status, last, stderr } = run({ 'a.spec.ts': PASSING, 'log.int.spec.ts': IN_KAFKA });
  expect({ status, last }).toEqual({ status: 0, last: '1 passed, 0 failed, 1 skipped' });
  expect(stderr).toContain('Left out: libs/log.int.spec.ts (needs kafka: nothing answers at OFFRAMP_TEST_KAFKA');
});

it('fails where a service is required and not there', () => {
  const { status, last, stderr } = run({ 'a.spec.ts': PASSING }, { OFFRAMP_REQUIRE: 'kafka' });
  expect({ status, last }).toEqual({ status: 1, last: '1 passed, 1 failed, 0 skipped' });
  expect(stderr).toContain('OFFRAMP_REQUIRE names kafka: nothing answers at OFFRAMP_TEST_KAFKA=127.0.0.1:1');
});

it('fails where nothing ran', () => {
  const { status, last } = run({ 'log.int.spec.ts': IN_KAFKA });
  expect({ status, last }).toEqual({ status: 1, last: '0 passed, 0 failed, 1 skipped' });
});

it('runs the suites that it is asked for', () => {
  const { status, last } = run({ 'a.spec.ts': PASSING, 'b.spec.ts': FAILING }, {}, ['libs/a']);
  expect({ status, last }).toEqual({ status: 0, last: '1 passed, 0 failed, 0 skipped' });
});

it('refuses a service that it does not know', () => {
  const { status, stderr } = run({ 'a.spec.ts': PASSING }, { OFFRAMP_REQUIRE: 'posgres' });
  expect(stderr).toContain('OFFRAMP_REQUIRE names posgres; allowed are kafka, brokers, postgres, browser');
  expect(status).toBe(2);
});

function run(suites: Record<string, string>, env: Record<string, string> = {}, args: string[] = []) {
  rmSync(join(root, 'libs'), { recursive: true });
  mkdirSync(join(root, 'libs'));
  for (const [file, source] of Object.entries(suites)) writeFileSync(join(root, 'libs', file), source);
  const script = `
    import { test } from ${JSON.stringify(join(repository, 'tools', 'run', 'test.mjs'))};
    process.exitCode = await test({ root: process.cwd(), args: ${JSON.stringify(args)} });`;
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, OFFRAMP_REQUIRE: '', OFFRAMP_TEST_KAFKA: '127.0.0.1:1', ...env },
  });
  return { status, stderr, last: stdout.trimEnd().split('\n').at(-1) };
}
