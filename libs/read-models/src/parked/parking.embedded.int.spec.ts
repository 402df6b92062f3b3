import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { type TestPlace, embeddedPlace } from '../testing/databases.js';
import { testParking } from '../testing/parking.js';

describe('An entry that cannot be projected, on the embedded database,', () => {
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

  testParking(() => opened.database, Number(process.env['OFFRAMP_RUNS'] ?? 8));
});
