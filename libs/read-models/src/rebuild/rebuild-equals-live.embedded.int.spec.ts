import { embeddedPlace } from '../testing/databases.js';
import { testRebuilds } from '../testing/rebuilding.js';
import { testDatabase } from '../testing/test-database.js';

describe('A rebuild on the embedded database', () => {
  const test = testDatabase(embeddedPlace);

  testRebuilds(() => test.database, Number(process.env['OFFRAMP_RUNS'] ?? 8));
});
