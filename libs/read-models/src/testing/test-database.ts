import type { Database } from '../database/database.js';
import { type DatabasePlace, type OpenDatabase, openDatabase } from '../database/open-database.js';
import type { TestPlace } from './databases.js';

export interface TestDatabase<Place extends DatabasePlace> {
  readonly place: Place;
  readonly database: Database;
}

/** A database that is there while the tests of a file, or of a `describe`, run: opened before the first, removed after the last. */
export function testDatabase<Place extends DatabasePlace>(
  placeOf: () => Promise<TestPlace<Place>>,
): TestDatabase<Place> {
  let at: TestPlace<Place>;
  let opened: OpenDatabase;
  beforeAll(async () => {
    at = await placeOf();
    opened = await openDatabase(at.place);
  });
  afterAll(async () => {
    await opened.close();
    await at.remove();
  });
  return {
    get place() {
      return at.place;
    },
    get database() {
      return opened.database;
    },
  };
}
