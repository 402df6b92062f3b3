import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { byHand } from '@offramp/read-models/testing';
import { type OfframpServer, lastJson, runOfframp, startOfframp } from './testing/offramp-process.js';

/** `offramp rebuild` over a real data directory, standalone: by a server of its own, and through the one that runs. */

let dataDir: string;
let server: OfframpServer;
const offramp = (...args: string[]) => runOfframp(['rebuild', ...args], { OFFRAMP_DATA: dataDir });

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-cli-rebuild-'));
  const fixture = resolve(import.meta.dirname, 'importers/fixtures/chatgpt.json');
  expect((await runOfframp(['import', fixture], { OFFRAMP_DATA: dataDir })).exit).toBe(0);
}, 120_000);
afterAll(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

it('finds a row that was changed by hand, names it, and puts it right', async () => {
  const equal = await offramp('--json');
  expect([equal.exit, lastJson(equal)]).toEqual([
    0,
    expect.objectContaining({ events: 18, equal: true, swapped: false }),
  ]);

  await byHand(
    dataDir,
    `UPDATE offramp_v1.messages SET depth = 77 WHERE message_id = (SELECT min(message_id) FROM offramp_v1.messages)`,
  );
  server = await startOfframp(dataDir);
  const differs = await offramp('--yes');
  expect([differs.exit, differs.err]).toEqual([1, '']);
  expect(differs.out).toMatch(/^messages .* DIFFERS$/m);
  expect(differs.out).toMatch(/^ {4}other values: tenant=default thread_id=\S+ message_id=\S+$/m);
  expect(differs.out).toMatch(/^threads .* equal$/m);

  const swapped = await offramp('--swap', '--yes', '--json');
  expect([swapped.exit, lastJson(swapped)]).toEqual([0, expect.objectContaining({ equal: false, swapped: true })]);
  expect((await offramp()).exit).toBe(2);
  const again = await offramp('--yes', '--json');
  expect([again.exit, lastJson(again)]).toEqual([0, expect.objectContaining({ equal: true, swapped: true, left: 0 })]);
}, 120_000);

it('rolls back and cancels, says where it is, and leaves everything alone in a dry run', async () => {
  const rolledBack = await offramp('--rollback', '--yes', '--json');
  expect(lastJson(rolledBack)).toMatchObject({ state: 'compared', swapped: false });
  const dry = await offramp('--cancel', '--dry-run');
  expect([dry.exit, dry.out]).toEqual([0, expect.stringContaining('Not done, since this is a dry run')]);
  expect(lastJson(await offramp('--cancel', '--yes', '--json'))).toMatchObject({ state: 'none', outdated: [] });
  const built = await offramp('--dry-run', '--projection', 'threads', '--json');
  expect(lastJson<{ tables: unknown[] }>(built).tables).toEqual([
    expect.objectContaining({ table: 'threads', equal: true }),
  ]);
  expect((await offramp('--status')).out).toBe('No rebuild is under way.\n');
  const usage = await Promise.all([offramp('--swap', '--cancel'), offramp('--pause', '--projection', 'threads')]);
  expect(usage.map(({ exit }) => exit)).toEqual([2, 2]);
  const nothing = [await offramp('--resume'), await offramp('--pause'), await offramp('--projection', 'none')];
  expect(nothing.map(({ exit, err }) => [exit, /\w+ \w+/.test(err)])).toEqual([
    ...[
      [2, true],
      [2, true],
      [2, true],
    ],
  ]);
}, 120_000);

it('says where it is without a server, and goes on with nothing', async () => {
  expect((await offramp()).exit).toBe(0);
  await server.stop();
  await byHand(
    dataDir,
    `UPDATE offramp_v1.rebuilds SET state = 'filling', report = NULL, rate = 5;
     UPDATE offramp_v1.projection_versions SET version = 0 WHERE projection = 'guards'`,
  );
  const words =
    'Nobody works on it here: 18 of 18 events, 5/s. An older version has filled guards: a rebuild was begun; ' +
    '`offramp rebuild` goes on with it, then `offramp rebuild --swap`.\n';
  expect(await offramp('--status')).toEqual({ exit: 0, err: '', out: words });
  const both = await Promise.all([offramp('--status', '--json'), offramp('--status')]);
  expect(lastJson(both[0])).toMatchObject({ state: 'filling', events: 18, outdated: ['guards'] });
  expect(both[1].out).toBe(words);
  expect(existsSync(join(dataDir, 'offramp.lock'))).toBe(false);

  await byHand(dataDir, `DELETE FROM offramp_v1.migrations WHERE id = (SELECT max(id) FROM offramp_v1.migrations)`);
  const older = await offramp('--status');
  expect([older.exit, older.err]).toEqual([3, expect.stringContaining('An older version of Offramp has made')]);
}, 120_000);

it('says that there is none where nothing is, and makes nothing there', async () => {
  const nowhere = join(dataDir, 'nowhere');
  const asked = await runOfframp(['rebuild', '--status'], { OFFRAMP_DATA: nowhere });
  expect(asked).toEqual({ exit: 0, err: '', out: 'No rebuild is under way.\n' });
  const dead = await runOfframp(['dead', 'ls'], { OFFRAMP_DATA: nowhere });
  expect(dead).toEqual({ exit: 0, err: '', out: 'No thread is parked.\n' });
  expect(existsSync(nowhere)).toBe(false);
}, 120_000);
