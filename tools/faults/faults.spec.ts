import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Random } from './bed/load.mjs';
import { SCENARIOS } from './scenarios.mjs';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

it('names every scenario once, and says what it breaks', async () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(names).toEqual([...new Set(names)]);
  const { code, out } = await command('--list');
  expect(code).toBe(0);
  expect(
    out
      .trim()
      .split('\n')
      .map((line) => line.split(' ')[0]),
  ).toEqual(names);
});

it('starts nothing where it is told something wrong', async () => {
  expect(await command('--only', 'nothing')).toMatchObject({
    code: 2,
    err: expect.stringContaining('no scenario nothing'),
  });
  expect(await command('--session', 'short')).toMatchObject({ code: 2, err: expect.stringContaining('milliseconds') });
});

it('has every scenario in the page about reliability', () => {
  const page = readFileSync(join(ROOT, 'docs', 'reliability.md'), 'utf8');
  expect(SCENARIOS.filter(({ name }) => !page.includes(`\`${name}\``)).map(({ name }) => name)).toEqual([]);
});

it('repeats its chances', () => {
  const [one, other] = [new Random(7), new Random(7)];
  const drawn = Array.from({ length: 100 }, () => one.below(10));
  expect(Array.from({ length: 100 }, () => other.below(10))).toEqual(drawn);
  expect(new Set(drawn).size).toBe(10);
});

function command(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const script = `
    import { faults } from ${JSON.stringify(join(ROOT, 'tools', 'faults', 'faults.mjs'))};
    process.exitCode = await faults({ root: ${JSON.stringify(ROOT)}, args: ${JSON.stringify(args)} });`;
  return new Promise((resolve) => {
    execFile(process.execPath, ['--input-type=module', '-e', script], (error, out, err) => {
      resolve({ code: error === null ? 0 : Number(error.code), out, err });
    });
  });
}
