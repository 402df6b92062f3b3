import { createAnalystSql } from '../analysts/analyst-sql.js';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { createEventProjection } from '../projection/event-projection.js';
import { createGate } from '../rebuild/gate.js';
import { type TestPlace, embeddedPlace } from '../testing/databases.js';
import { exported } from '../testing/exported.js';
import { type ExportScene, testExports } from '../testing/exporting.js';
import { createExportViews } from './export-views.js';

let at: TestPlace;
let opened: OpenDatabase;
let scene: ExportScene;
beforeAll(async () => {
  at = await embeddedPlace();
  opened = await openDatabase(at.place);
  const { database } = opened;
  const gate = createGate();
  const events = createEventProjection(database, () => {});
  scene = {
    database,
    events: { ...events, apply: (batch) => gate.pass(() => events.apply(batch)) },
    exportViews: createExportViews(database, gate),
  };
});
afterAll(async () => {
  await opened.close();
  await at.remove();
});

const cursors = () => opened.database.query('SELECT name FROM pg_cursors');

describe('Exports of the embedded database', () => {
  testExports(() => scene);

  it('leave nothing behind, neither when they are read to the end nor when they are left', async () => {
    const left = scene.exportViews();
    await left.next();
    await left.next();
    expect(await cursors()).not.toEqual([]);
    await left.return();
    expect(await cursors()).toEqual([]);
    await exported(scene.exportViews(), 'csv');
    expect(await cursors()).toEqual([]);
  });

  it('say so where the database was opened anew in between', async () => {
    const underWay = scene.exportViews();
    await underWay.next();
    const sql = createAnalystSql(opened.database, opened.expendable);
    const endless = 'SELECT count(*) FROM generate_series(1, 1000000000) a, generate_series(1, 1000000000) b';
    expect(await sql.ask(endless, { timeoutMs: 50 })).toMatchObject({ refused: 'timeout' });
    const rest = async () => {
      while ((await underWay.next()).done !== true);
    };
    await expect(rest()).rejects.toThrow(/opened anew during the export; begin it again/);
  });
});
