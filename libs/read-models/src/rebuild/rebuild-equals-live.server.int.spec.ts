/* @requires postgres */
import { serverPlace } from '../testing/databases.js';
import { testRebuilds } from '../testing/rebuilding.js';
import { testDatabase } from '../testing/test-database.js';

describe('A rebuild on a Postgres server', () => {
  const test = testDatabase(serverPlace);

  testRebuilds(() => test.database, Number(process.env['OFFRAMP_RUNS'] ?? 8));
});
