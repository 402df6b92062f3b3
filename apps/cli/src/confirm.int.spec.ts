import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { HAS_TERMINAL } from '@offramp/service/testing';
import { type OfframpServer, lastJson, runInTerminal, runOfframp, startOfframp } from './testing/offramp-process.js';

/** What takes something away is confirmed by typing a word, by `--yes`, or not done. */

let dataDir: string;
let server: OfframpServer;
const env = () => ({ OFFRAMP_DATA: dataDir });
const rebuild = (...args: string[]) => runOfframp(['rebuild', ...args], env());
const state = async () => lastJson<{ state: string }>(await rebuild('--status', '--json')).state;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-cli-confirm-'));
  server = await startOfframp(dataDir);
  await runOfframp(['import', resolve(import.meta.dirname, 'importers/fixtures/chatgpt.json')], env());
  await rebuild();
}, 120_000);
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

it('is not done without a terminal, and says what to do', async () => {
  const swap = await rebuild('--swap');
  expect([swap.exit, swap.err]).toEqual([
    2,
    'The rebuilt tables become the live ones (they are equal). The present ones stay beside, for --rollback. ' +
      'Say --yes to do it, or confirm it on a terminal.\n',
  ]);
  const cancel = await rebuild('--cancel', '--json');
  expect([cancel.exit, cancel.err]).toEqual([
    2,
    'The rebuilt tables are dropped, with what was folded of 18 events. Say --yes to do it, or confirm it on a terminal.\n',
  ]);
  expect(await state()).toBe('compared');
}, 60_000);

it('is not asked for where it cannot be done', async () => {
  const rollback = await rebuild('--rollback', '--yes');
  expect([rollback.exit, rollback.err]).toEqual([
    2,
    'The rebuilt tables are compared and not live: --swap, or --cancel.\n',
  ]);
}, 60_000);

const withTerminal = HAS_TERMINAL ? describe : describe.skip;

withTerminal('On a terminal (skipped where there is no `script` of util-linux) it', () => {
  const typed = async (line: string, ...args: string[]) => {
    const terminal = runInTerminal(['rebuild', ...args], env());
    await terminal.until(/To do it, type \w+: /);
    terminal.type(line);
    return { exit: await terminal.ended, shown: terminal.shown() };
  };

  it('is done once somebody has typed the word, and not for another one', async () => {
    const other = await typed('yes', '--swap');
    expect([other.exit, other.shown]).toEqual([2, expect.stringContaining('Not confirmed: nothing was done.')]);
    expect(await state()).toBe('compared');
    const word = await typed('swap', '--swap');
    expect([word.exit, word.shown]).toEqual([0, expect.stringContaining('The rebuilt tables are live')]);
    expect(word.shown).toContain('The rebuilt tables become the live ones (they are equal).');
    expect(await state()).toBe('swapped');
    const anew = await typed('rebuild');
    expect([anew.exit, anew.shown]).toEqual([0, expect.stringContaining('and with them the way back.')]);
    expect(await state()).toBe('compared');
  }, 120_000);

  it('is not done when Ctrl-C or the end of the input is the answer', async () => {
    for (const [key, exit] of [
      ['\x03', 130],
      ['\x04', 2],
    ] as const) {
      const terminal = runInTerminal(['rebuild', '--cancel'], env());
      await terminal.until(/type cancel: /);
      terminal.press(key);
      expect(await terminal.ended).toBe(exit);
    }
    expect(await state()).toBe('compared');
  }, 120_000);

  it('asks nothing where --yes was said', async () => {
    const terminal = runInTerminal(['rebuild', '--cancel', '--yes'], env());
    expect(await terminal.ended).toBe(0);
    expect(terminal.shown()).toBe('No rebuild is under way.\r\n');
  }, 60_000);
});
