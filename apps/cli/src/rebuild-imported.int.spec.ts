import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { holdByHand, letGoByHand, untilHeld } from '@offramp/read-models/testing';
import { lastJson, runOfframp } from './testing/offramp-process.js';
import { TREES } from './testing/shared-data.js';

/** `offramp rebuild` of real conversations, whose server is killed half-way, as `docs/how-to/rebuild.md` has it. */

interface Told {
  readonly state: string;
  readonly events: number;
  readonly left: number;
  readonly equal?: boolean;
  readonly tables?: readonly { readonly table: string; readonly rebuilt: { readonly rows: number } }[];
}

let dataDir: string;
const offramp = (...args: string[]) => runOfframp(args, { OFFRAMP_DATA: dataDir });

beforeAll(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-cli-rebuild-imported-'));
});
afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

function serverOf(directory: string): number {
  return (JSON.parse(readFileSync(join(directory, 'offramp.lock'), 'utf8')) as { pid: number }).pid;
}

const withTrees = existsSync(TREES) ? describe : describe.skip;

withTrees('offramp rebuild of imported conversations (skipped where the shared data is not there)', () => {
  it('is killed half-way, goes on where it was, and ends with equal checksums', async () => {
    const { messages } = lastJson<{ messages: number }>(await offramp('import', TREES, '--json'));
    await holdByHand(dataDir);
    const first = offramp('rebuild');
    await untilHeld(dataDir);
    process.kill(serverOf(dataDir), 'SIGKILL');
    const killed = await first;
    expect([killed.exit, killed.err]).toEqual([
      3,
      expect.stringMatching(/Nothing answers .* What was built is kept: run the command again to go on\./),
    ]);
    await letGoByHand(dataDir);

    const half = lastJson<Told>(await offramp('rebuild', '--status', '--json'));
    expect(half.state).toBe('filling');
    expect(half.events).toBeGreaterThan(0);
    expect(half.left).toBeGreaterThan(0);

    const whole = await offramp('rebuild', '--json');
    const told = lastJson<Told>(whole);
    expect([whole.exit, told]).toEqual([
      0,
      expect.objectContaining({ state: 'compared', equal: true, events: messages }),
    ]);
    expect(told.tables!.find(({ table }) => table === 'messages')!.rebuilt.rows).toBe(messages);
    const swapped = await offramp('rebuild', '--swap', '--yes', '--json');
    expect([swapped.exit, lastJson(swapped)]).toEqual([0, expect.objectContaining({ swapped: true, left: 0 })]);
  }, 300_000);
});
