import { embeddedPlace } from '../testing/databases.js';
import { testExactlyOnce } from '../testing/exactly-once.js';
import { testDatabase } from '../testing/test-database.js';

describe('The embedded database', () => {
  const test = testDatabase(embeddedPlace);

  testExactlyOnce(() => test.database, Number(process.env['OFFRAMP_RUNS'] ?? 15));
});
