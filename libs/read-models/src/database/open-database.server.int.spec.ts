/* @requires postgres */
import { type TestPlace, onServer, serverPlace } from '../testing/databases.js';
import { VIEWS } from '../migrations/views-sql.js';
import { ReadModelsError, SchemaTooNew } from './failure.js';
import { openDatabase } from './open-database.js';

let at: TestPlace<{ url: string }>;
beforeEach(async () => {
  at = await serverPlace();
});
afterEach(() => at.remove());

async function migrations(): Promise<unknown[]> {
  return (await onServer(at.place.url, 'SELECT name FROM offramp_v1.migrations ORDER BY id')).map(({ name }) => name);
}

async function tables(): Promise<number> {
  const [row] = await onServer(
    at.place.url,
    "SELECT count(*)::integer AS count FROM information_schema.tables WHERE table_schema LIKE 'offramp%'",
  );
  return row!['count'] as number;
}

describe('Opening a Postgres server', () => {
  it('makes the schema once, and finds it there', async () => {
    await (await openDatabase(at.place)).close();
    const made = { migrations: await migrations(), tables: await tables() };
    expect(made.migrations).toHaveLength(7);
    expect(made.tables).toBeGreaterThan(VIEWS.length * 2);
    await (await openDatabase(at.place)).close();
    expect({ migrations: await migrations(), tables: await tables() }).toEqual(made);
  });

  it('is one thing for all that do it at the same time, even over one connection each', async () => {
    const opened = await Promise.all([1, 1, 2, 10].map((connections) => openDatabase({ ...at.place, connections })));
    expect(await migrations()).toHaveLength(7);
    await Promise.all(opened.map(({ close }) => close()));
  });

  it('is refused where a newer program was there, and leaves everything as it is', async () => {
    await (await openDatabase(at.place)).close();
    await onServer(at.place.url, `INSERT INTO offramp_v1.migrations ("timestamp", name) VALUES (9, 'Tomorrow9')`);
    const before = await tables();
    await expect(openDatabase(at.place)).rejects.toThrow(SchemaTooNew);
    await expect(openDatabase(at.place)).rejects.toThrow(/newer version of Offramp \(unknown here: Tomorrow9\)/);
    expect(await tables()).toBe(before);
  });

  it('reads and writes times alike, however the server shows them', async () => {
    const { pathname } = new URL(at.place.url);
    await onServer(at.place.url, `ALTER DATABASE ${pathname.slice(1)} SET datestyle = 'SQL, DMY'`);
    const { database, close } = await openDatabase(at.place);
    expect(await database.raw("SELECT timestamptz '2026-02-03T04:05:06.789Z'")).toEqual([
      ['2026-02-03 04:05:06.789+00'],
    ]);
    await close();
  });

  it('compiles no statement, which would take longer than to run it', async () => {
    const { database, close } = await openDatabase(at.place);
    expect(await database.raw('SHOW jit')).toEqual([['off']]);
    await close();
  });

  it('lets go of what a process holds that hangs in its transaction, which is then rolled back and may be tried again', async () => {
    const one = await openDatabase({ ...at.place, standstillMsMax: 300 });
    const other = await openDatabase(at.place);
    const write = "INSERT INTO offramp_v1.cursors VALUES ('events', 0, 1, 0, 0, 0)";
    const hangs = one.database.transaction(async (session) => {
      await session.run(write);
      // Waits for the row that the hanging one has written.
      expect(await other.database.run(write)).toBe(1);
      await session.run(write);
    });
    await expect(hangs).rejects.toMatchObject({ retriable: true });
    await Promise.all([one.close(), other.close()]);
  });

  it('fails with a reason where nobody answers, or there is no such database', async () => {
    const nobody = openDatabase({ url: 'postgres://nobody@127.0.0.1:1/none' });
    await expect(nobody).rejects.toMatchObject({
      retriable: true,
      message: expect.stringContaining('cannot be opened'),
    });
    const url = at.place.url.replace(/\/[^/]*$/, '/offramp_no_such_database');
    await expect(openDatabase({ url })).rejects.toThrow(ReadModelsError);
    await expect(openDatabase({ url })).rejects.toMatchObject({ retriable: false });
  });
});
