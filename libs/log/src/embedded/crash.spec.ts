import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { TOPICS } from '@offramp/events';
import { readAll, record } from '../contract/harness.js';
import { LogError } from '../event-log.js';
import type { Told } from '../testing/killed-writer.js';
import type { Limited } from '../testing/limited-writer.js';
import { runSources } from '../testing/run-sources.js';
import { openEmbeddedLog } from './embedded-log.js';

/** After how many lines of its output the process is killed: while it opens, at the beginning, in full flow. */
const KILLED_AFTER = [1, 25, 400];

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'offramp-crash-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

it('has everything it acknowledged, without gaps, after the process was killed in the middle of writing', async () => {
  const told: Told[] = [];
  for (const [run, lines] of KILLED_AFTER.entries()) {
    told.push(...(await writeUntilKilled(String(run), lines)));
    await expectAll(told);
  }
  expect(told.length).toBeGreaterThanOrEqual(KILLED_AFTER.reduce((sum, lines) => sum + lines, 0));
}, 60_000);

async function writeUntilKilled(run: string, lines: number): Promise<Told[]> {
  const child = runSources({ script: './killed-writer.ts', args: [dir, run] });
  const exited = once(child, 'exit');
  const told: Told[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    // The last line may be half of one: then nobody was told.
    if (line.endsWith('}')) told.push(JSON.parse(line) as Told);
    if (told.length === lines) child.kill('SIGKILL');
  }
  expect(await exited).toEqual([null, 'SIGKILL']);
  return told;
}

async function expectAll(told: readonly Told[]): Promise<void> {
  const log = await openEmbeddedLog({ dir });
  try {
    const inbound = await Promise.all([0, 1, 2].map(async (partition) => readAll(log, TOPICS.inbound, partition)));
    for (const stored of inbound) expect(stored.map(({ offset }) => offset)).toEqual(stored.map((_, index) => index));
    const textAt = (partition: number, offset: number) => inbound[partition]![offset]?.value.toString().trimEnd();
    let committed = -1;
    for (const each of told) {
      if (each.kind === 'read') expect(textAt(each.partition, each.offset)).toBe(each.text);
      if (each.kind === 'committed') committed = each.offset;
      if (each.kind !== 'appended') continue;
      const found = each.texts.map((_, index) => textAt(each.partition, each.first + index));
      expect(found).toEqual(each.texts);
    }
    const state = await log.openState(0);
    const offset = state.progress?.offset ?? -1;
    expect(offset).toBeGreaterThanOrEqual(committed);
    // One transaction: there is a decision and a fact for each offset up to progress, and none after it.
    const upToProgress = Array.from({ length: offset + 1 }, (_, at) => at);
    const decisions = await readAll(log, TOPICS.decisions, 0);
    expect(decisions.map(({ value }) => Number(value.toString()))).toEqual(upToProgress);
    const facts = state.facts.allBefore('guard', 'acme/t1', '', Number.MAX_SAFE_INTEGER);
    expect(facts.map(({ at }) => at)).toEqual(upToProgress);
  } finally {
    await log.close();
  }
}

it('takes a failed write for the end, and has what it acknowledged before', async () => {
  const child = runSources({ script: './limited-writer.ts', args: [dir], fileKiBMax: 3000 });
  let output = '';
  for await (const chunk of child.stdout) output += String(chunk);
  const { acknowledged, failed, after } = JSON.parse(output) as Limited;
  expect(failed.retriable).toBe(false);
  expect(failed.message).toContain('has to be opened again');
  expect(after).toEqual(failed);
  expect(acknowledged).toBeGreaterThan(10);
  const log = await openEmbeddedLog({ dir });
  try {
    const stored = await readAll(log, TOPICS.inbound, 0);
    expect(stored.length).toBeGreaterThanOrEqual(acknowledged);
    for (const { offset, value } of stored) expect(value.equals(Buffer.alloc(50_000, String(offset % 10)))).toBe(true);
    expect(await log.append([{ topic: TOPICS.inbound, partition: 0, records: [] }])).toEqual([stored.length]);
  } finally {
    await log.close();
  }
}, 60_000);

it('notices that another process has written, and stops', async () => {
  const log = await openEmbeddedLog({ dir, partitions: 1 });
  const other = runSources({ script: './limited-writer.ts', args: [dir], fileKiBMax: 3000 });
  const exited = once(other, 'exit');
  other.stdout.resume();
  expect(await exited).toEqual([0, null]);
  const append = () => log.append([{ topic: TOPICS.inbound, partition: 0, records: [record('late')] }]);
  await expect(append()).rejects.toMatchObject({ retriable: false });
  await expect(append()).rejects.toBeInstanceOf(LogError);
  expect(await log.failed).toMatchObject({ retriable: false });
  await log.close();
  const again = await openEmbeddedLog({ dir });
  const stored = await readAll(again, TOPICS.inbound, 0);
  expect(stored.length).toBeGreaterThan(10);
  expect(stored.map(({ value }) => value.length)).toEqual(stored.map(() => 50_000));
  await again.close();
}, 60_000);
