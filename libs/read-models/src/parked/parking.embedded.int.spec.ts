import { embeddedPlace } from '../testing/databases.js';
import { testParkedContents } from '../testing/parked-contents.js';
import { testParking } from '../testing/parking.js';
import { testDatabase } from '../testing/test-database.js';

describe('On the embedded database', () => {
  const test = testDatabase(embeddedPlace);

  describe('an entry that cannot be projected', () => {
    testParking(() => test.database, Number(process.env['OFFRAMP_RUNS'] ?? 8));
  });

  describe('a text that cannot be stored', () => {
    testParkedContents(() => test.database, Number(process.env['OFFRAMP_RUNS'] ?? 30));
  });
});
