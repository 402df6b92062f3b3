/* @requires postgres */
import fc from 'fast-check';
import { type OpenDatabase, openDatabase } from '../database/open-database.js';
import { type TestPlace, serverPlace } from '../testing/databases.js';
import { copySql, copyText } from './copy-text.js';
import { columnArrays, upsertSql } from './statements.js';
import { table } from './table.js';

/** Both ways into a table leave the same rows, whatever the texts hold. */
const given = table('given', ['id'], { id: 'integer', word: 'text?', flag: 'boolean', score: 'double precision?' });

let at: TestPlace;
let opened: OpenDatabase;
beforeAll(async () => {
  at = await serverPlace();
  opened = await openDatabase(at.place);
  await opened.database.run(
    'CREATE TABLE offramp_v1.given (id integer PRIMARY KEY, word text, flag boolean, score double precision)',
  );
});
afterAll(async () => {
  await opened.close();
  await at.remove();
});

const words = fc.array(
  fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\\N', '\\', '\t', '\n', '\r\n', 'NULL', '', '\\.')),
);
const row = fc.record({
  word: fc.option(words.map((parts) => parts.join(''))),
  flag: fc.boolean(),
  score: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
});

it('COPY leaves the rows that an insert leaves', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (made) => {
      const rows = made.map((values, id) => ({ id, ...values }));
      const { database } = opened;
      const written = async (write: () => Promise<unknown>) => {
        await database.run('DELETE FROM offramp_v1.given');
        await write();
        return database.raw('SELECT * FROM offramp_v1.given ORDER BY id');
      };
      const inserted = await written(() => database.run(upsertSql(given), columnArrays(given, rows)));
      const copied = await written(() =>
        database.transaction((session) => session.copy(copySql(given), copyText(given, rows))),
      );
      expect(copied).toEqual(inserted);
    }),
    { numRuns: 60 },
  );
});

it('COPY fails as a whole where a row is there already', async () => {
  const rows = [{ id: 1, word: null, flag: true, score: null }];
  const copy = () => opened.database.transaction((session) => session.copy(copySql(given), copyText(given, rows)));
  await opened.database.run('DELETE FROM offramp_v1.given');
  await copy();
  await expect(copy()).rejects.toMatchObject({ name: 'ReadModelsError', retriable: false });
  expect(await opened.database.raw('SELECT id FROM offramp_v1.given')).toEqual([['1']]);
});
