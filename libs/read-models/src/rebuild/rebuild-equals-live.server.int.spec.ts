/* @requires postgres */
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { type TestPlace, serverPlace } from '../testing/databases.js';
import { testRebuilds } from '../testing/rebuilding.js';

describe('A rebuild on a Postgres server', () => {
  let at: TestPlace;
  let opened: OpenDatabase;

  beforeAll(async () => {
    at = await serverPlace();
    opened = await openDatabase(at.place);
  });

  afterAll(async () => {
    await opened.close();
    await at.remove();
  });

  testRebuilds(() => opened.database, Number(process.env['OFFRAMP_RUNS'] ?? 8));
});
