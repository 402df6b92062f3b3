/** @requires postgres */
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { createEventProjection } from '../projection/event-projection.js';
import { openExportViews } from '../queries/open-queries.js';
import { type TestPlace, onServer, serverPlace } from '../testing/databases.js';
import { exported, sumsOf } from '../testing/exported.js';
import { type ExportScene, testExports } from '../testing/exporting.js';
import { createExportViews } from './export-views.js';

let at: TestPlace<{ url: string }>;
let opened: OpenDatabase;
let scene: ExportScene;
beforeAll(async () => {
  at = await serverPlace();
  opened = await openDatabase(at.place);
  const { database } = opened;
  const events = createEventProjection(database, () => {});
  scene = { database, events, exportViews: createExportViews(database) };
});
afterAll(async () => {
  await opened.close();
  await at.remove();
});

const OPEN_SQL = `
SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'`;
const LOCKED_SQL = `
SELECT DISTINCT c.relname AS name FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'offramp_v1'
WHERE l.mode = 'AccessShareLock' AND l.pid <> pg_backend_pid() AND c.relkind = 'r' ORDER BY name`;

describe('Exports of a server', () => {
  testExports(() => scene);

  it('hold on to all tables from their beginning, so that no rebuild exchanges one of them, and let go at the end', async () => {
    const left = scene.exportViews();
    await left.next();
    const locked = await onServer(at.place.url, LOCKED_SQL);
    expect(locked.map(({ name }) => name)).toEqual([
      ...['branches', 'cursors', 'decisions', 'feedback', 'guards', 'messages', 'policies', 'reviews', 'threads'],
    ]);
    await left.return();
    expect(await onServer(at.place.url, OPEN_SQL)).toEqual([]);
    await exported(scene.exportViews(), 'csv');
    expect(await onServer(at.place.url, OPEN_SQL)).toEqual([]);
  });

  it('are as good for somebody who may read the views only, but for the position', async () => {
    const url = new URL(at.place.url);
    url.username = 'offramp_analyst';
    const analyst = openExportViews({ url: url.href, connections: 1 });
    const whole = await exported(scene.exportViews(), 'csv');
    const theirs = await exported(analyst.exportViews(), 'csv');
    expect([theirs.beginning.position, sumsOf(theirs)]).toEqual([null, sumsOf(whole)]);
    await analyst.close();
  });

  it('say what is missing where nobody has made read models', async () => {
    const other = await serverPlace();
    const none = openExportViews(other.place);
    await expect(none.exportViews().next()).rejects.toThrow('There are no read models in this database');
    await none.close();
    await other.remove();
  });
});
