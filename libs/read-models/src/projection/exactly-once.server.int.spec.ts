/* @requires postgres */
import { serverPlace } from '../testing/databases.js';
import { testExactlyOnce } from '../testing/exactly-once.js';
import { testDatabase } from '../testing/test-database.js';

describe('A Postgres server', () => {
  const test = testDatabase(serverPlace);

  testExactlyOnce(() => test.database, Number(process.env['OFFRAMP_RUNS'] ?? 25));
});
