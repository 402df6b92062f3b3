import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { byHand } from '@offramp/read-models/testing';
import { type OfframpServer, lastJson, runOfframp, startOfframp } from './testing/offramp-process.js';

/** `offramp dead` over a real data directory whose database refuses some rows. */

interface Parked {
  readonly threadId: string;
  readonly position: string;
  readonly waiting: number;
  readonly entries: readonly { readonly position: string }[];
}

let dataDir: string;
let server: OfframpServer;
const env = () => ({ OFFRAMP_DATA: dataDir });
const dead = (...args: string[]) => runOfframp(['dead', ...args], env());

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-cli-dead-'));
  server = await startOfframp(dataDir);
  expect((await dead('ls')).out).toBe('No thread is parked.\n');
  await server.stop();
  await byHand(dataDir, 'ALTER TABLE offramp_v1.messages ADD CONSTRAINT shallow CHECK (depth <> 2)');
  server = await startOfframp(dataDir);
  await runOfframp(['import', resolve(import.meta.dirname, 'importers/fixtures/chatgpt.json')], env());
}, 120_000);
afterAll(async () => {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

it('lists and shows what waits, and projects it in order when it can be', async () => {
  const listed = await dead('ls', '--json');
  expect(listed.exit).toBe(1);
  const { threadId, waiting, position } = lastJson<Parked>(listed);
  const shown = lastJson<Parked>(await dead('show', threadId, '--json'));
  expect(shown).toMatchObject({
    threadId,
    cause: 'The database refused the row: 23514 (messages shallow)',
    actions: [],
  });
  expect(shown.entries).toHaveLength(waiting);
  expect(shown.entries[0]).toMatchObject({ position, type: 'offramp.message.posted.v1' });

  const early = await dead('retry', threadId, '--reason', 'again', '--by', 'ops', '--json');
  expect([early.exit, lastJson(early)]).toEqual([1, { handled: 0, parked: expect.objectContaining({ position }) }]);
  expect((await dead('discard', threadId, '--reason', 'no use')).exit).toBe(2);
  const dry = await dead('discard', threadId, '--reason', 'no use', '--dry-run');
  expect(dry.out).toBe(`Would give up ${position} and project ${waiting - 1} of thread ${threadId}.\n`);

  await server.stop();
  expect(lastJson(await dead('ls', '--json'))).toEqual(lastJson(listed));
  expect(lastJson<Parked>(await dead('show', threadId, '--json'))).toMatchObject({ threadId, entries: shown.entries });
  await byHand(dataDir, 'ALTER TABLE offramp_v1.messages DROP CONSTRAINT shallow');
  server = await startOfframp(dataDir);
  const retried = await dead('retry', threadId, '--reason', 'the table takes it now', '--json');
  expect([retried.exit, lastJson(retried)]).toEqual([0, { handled: waiting }]);
  const gone = await dead('show', threadId);
  expect([gone.exit, gone.err]).toEqual([2, expect.stringContaining('is not parked')]);
}, 180_000);

it('leaves read models that a rebuild finds equal once nothing is parked', async () => {
  for (const line of (await dead('ls', '--json')).out.trim().split('\n').filter(Boolean)) {
    const { threadId } = JSON.parse(line) as Parked;
    expect((await dead('retry', threadId, '--reason', 'as above')).exit).toBe(0);
  }
  expect((await dead('ls')).exit).toBe(0);
  expect(lastJson(await runOfframp(['rebuild', '--json'], env()))).toMatchObject({ events: 18, equal: true });
}, 120_000);
