import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { type TestPlace, embeddedPlace } from '../testing/databases.js';
import { newScene } from '../testing/rebuilding.js';
import { acme } from '../testing/story.js';
import { KEYS_MAX, compareTables } from './compare.js';
import { REBUILT_TABLES } from './other-tables.js';

let at: TestPlace<{ dataDir: string }>;
let opened: OpenDatabase;

beforeAll(async () => {
  at = await embeddedPlace();
  opened = await openDatabase(at.place);
  const scene = await newScene(opened.database, [acme()]);
  await scene.project(0, Infinity);
  await scene.rebuilds.run(scene.source);
});
afterAll(async () => {
  await opened.close();
  await at.remove();
});

const compared = (rowsMax: number) => compareTables(opened.database, { names: REBUILT_TABLES, rowsMax });

/** Rows of either set that the other one lacks, before and after all others too, and rows with other values. */
const CHANGES = [
  `UPDATE offramp_v1.threads SET messages = 99 WHERE tenant = 'acme' AND thread_id = 'heated'`,
  `DELETE FROM offramp_v1.messages WHERE ctid IN
    (SELECT ctid FROM offramp_v1.messages ORDER BY tenant, thread_id, message_id LIMIT 3)`,
  `DELETE FROM offramp_rebuild.messages WHERE ctid IN
    (SELECT ctid FROM offramp_rebuild.messages ORDER BY tenant DESC, thread_id DESC, message_id DESC LIMIT 1)`,
  `UPDATE offramp_rebuild.guards SET raised_offset = raised_offset + 1000`,
  `DELETE FROM offramp_v1.events`,
  `DELETE FROM offramp_rebuild.decisions`,
];

it('of sets in small pieces finds the same as that of the whole', async () => {
  const before = await compared(Infinity);
  expect(before.map(({ table, equal }) => ({ table, equal }))).toEqual(
    REBUILT_TABLES.map((table) => ({ table, equal: true })),
  );
  expect(await compared(2)).toEqual(before);
  for (const change of CHANGES) await opened.database.run(change);
  const whole = await compared(Infinity);
  const differing = (name: string) => whole.find(({ table }) => table === name)!.differing.map((row) => row.in);
  expect([differing('threads'), differing('guards')]).toEqual([['both'], ['live', 'rebuilt']]);
  expect(differing('decisions')).toEqual(Array.from({ length: KEYS_MAX }, () => 'live'));
  expect(differing('messages')).toEqual(['rebuilt', 'rebuilt', 'rebuilt', 'live']);
  for (const rowsMax of [1, 2, 3, 5, 13, 1000]) expect([rowsMax, await compared(rowsMax)]).toEqual([rowsMax, whole]);
});
