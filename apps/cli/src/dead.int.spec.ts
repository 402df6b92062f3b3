import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { byHand } from '@offramp/read-models/testing';
import { type OfframpServer, lastJson, runOfframp, startOfframp } from './testing/offramp-process.js';

/** `offramp dead` over a real data directory whose database refuses some rows. */

interface Parked {
  readonly threadId: string;
  readonly topic: string;
  readonly cause: string;
  readonly position: string;
  readonly waiting: number;
  readonly entries: readonly { readonly position: string }[];
}

let dataDir: string;
let server: OfframpServer;
const env = () => ({ OFFRAMP_DATA: dataDir, OFFRAMP_CONTENT: 'keep:30d' });
const dead = (...args: string[]) => runOfframp(['dead', ...args], env());

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-cli-dead-'));
  server = await startOfframp(dataDir, env());
  expect((await dead('ls')).out).toBe('No thread is parked.\n');
  await server.stop();
  await byHand(dataDir, 'ALTER TABLE offramp_v1.messages ADD CONSTRAINT shallow CHECK (depth <> 2)');
  server = await startOfframp(dataDir, env());
  await runOfframp(['import', resolve(import.meta.dirname, 'importers/fixtures/chatgpt.json')], env());
}, 240_000);
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
  server = await startOfframp(dataDir, env());
  const retried = await dead('retry', threadId, '--reason', 'the table takes it now', '--json');
  expect([retried.exit, lastJson(retried)]).toEqual([0, { handled: waiting }]);
  const gone = await dead('show', threadId);
  expect([gone.exit, gone.err]).toEqual([2, expect.stringContaining('is not parked')]);
}, 400_000);

it('leaves read models that a rebuild finds equal once nothing is parked', async () => {
  for (const line of (await dead('ls', '--json')).out.trim().split('\n').filter(Boolean)) {
    const { threadId } = JSON.parse(line) as Parked;
    expect((await dead('retry', threadId, '--reason', 'as above')).exit).toBe(0);
  }
  expect((await dead('ls')).exit).toBe(0);
  expect(lastJson(await runOfframp(['rebuild', '--json'], env()))).toMatchObject({ events: 18, equal: true });
}, 400_000);

it('does the same with texts that cannot be stored, while their threads are projected', async () => {
  const EGGS = 'How long do I boil an egg?';
  await server.stop();
  await byHand(dataDir, 'DELETE FROM offramp_v1.contents; DELETE FROM offramp_v1.cursors WHERE stream = $$content$$');
  await byHand(dataDir, `ALTER TABLE offramp_v1.contents ADD CONSTRAINT no_eggs CHECK (text <> $$${EGGS}$$)`);
  server = await startOfframp(dataDir, env());
  // The server reads all texts again by and by.
  let listed = await dead('ls', '--json');
  while (listed.exit === 0) listed = await dead('ls', '--json');
  expect(listed.exit).toBe(1);
  const parked = lastJson<Parked>(listed);
  const { threadId, waiting } = parked;
  const cause = 'The database refused the row: 23514 (contents no_eggs)';
  expect(parked).toMatchObject({ topic: 'content.v1', cause });
  const other = await dead('retry', threadId, '--topic', 'inbound', '--reason', 'again');
  expect([other.exit, other.err]).toEqual([2, expect.stringContaining('is not parked')]);
  expect(lastJson(await dead('retry', threadId, '--reason', 'again', '--json'))).toMatchObject({ handled: 0 });
  expect((await dead('show', threadId)).out).toMatch(
    /at content.v1 .*\n {2}\S+ {2}offramp.content.stored.v1 {2}message\n/,
  );

  await server.stop();
  await byHand(dataDir, 'ALTER TABLE offramp_v1.contents DROP CONSTRAINT no_eggs');
  server = await startOfframp(dataDir, env());
  const discarded = await dead('discard', threadId, '--topic', 'content', '--reason', 'no eggs', '--yes', '--json');
  expect(lastJson(discarded)).toEqual({ handled: waiting - 1 });
  const shown = await runOfframp(['thread', 'show', threadId], env());
  expect(shown.out).not.toContain('boil');
  expect((await dead('ls')).exit).toBe(0);
}, 400_000);
