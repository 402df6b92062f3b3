import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { type TestPlace, embeddedPlace } from '../testing/databases.js';
import { testParkedContents } from '../testing/parked-contents.js';
import { testParking } from '../testing/parking.js';

describe('On the embedded database', () => {
  let at: TestPlace;
  let opened: OpenDatabase;

  beforeAll(async () => {
    at = await embeddedPlace();
    opened = await openDatabase(at.place);
  });

  afterAll(async () => {
    await opened.close();
    await at.remove();
  });

  describe('an entry that cannot be projected', () => {
    testParking(() => opened.database, Number(process.env['OFFRAMP_RUNS'] ?? 8));
  });

  describe('a text that cannot be stored', () => {
    testParkedContents(() => opened.database, Number(process.env['OFFRAMP_RUNS'] ?? 30));
  });
});
