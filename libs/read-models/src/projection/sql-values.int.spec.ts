import fc from 'fast-check';
import { embeddedPlace } from '../testing/databases.js';
import { testDatabase } from '../testing/test-database.js';
import { arrayText, jsonText, keyText, storableTime } from './sql-values.js';

const test = testDatabase(embeddedPlace);

/** What the database reads in an array. */
async function read(type: string, values: Parameters<typeof arrayText>[0]): Promise<unknown[]> {
  const rows = await test.database.raw(`SELECT * FROM unnest($1::${type}[])`, [arrayText(values)]);
  return rows.map(([value]) => value);
}

/** NUL becomes a replacement character, and so does half of a character, in UTF-8. */
const stored = (text: string) => Buffer.from(text.replaceAll('\u0000', '\ufffd'), 'utf8').toString('utf8');

const special = fc.constantFrom(
  '',
  'NULL',
  'null',
  'Null',
  '{}',
  '{',
  ',',
  '"',
  '\\',
  ' ',
  '\t',
  '\n',
  'a b',
  "'",
  '\ud800',
  '\u0000',
);
const texts = fc.oneof(special, fc.string({ unit: 'binary', maxLength: 20 }), fc.string({ maxLength: 20 }));

it('Texts arrive as they are, whatever an array takes for its own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.option(texts), { minLength: 1, maxLength: 30 }), async (values) => {
      expect(await read('text', values)).toEqual(values.map((value) => (value === null ? null : stored(value))));
    }),
    { numRuns: 100 },
  );
});

it('Numbers, flags and times arrive as they are', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.maxSafeInteger(), { minLength: 1 }), async (values) => {
      expect((await read('bigint', values)).map(Number)).toEqual(values);
    }),
    { numRuns: 20 },
  );
  const scores = [0, 1, 0.1, 1e-300, 0.30000000000000004, null];
  expect((await read('double precision', scores)).map((score) => (score === null ? null : Number(score)))).toEqual(
    scores,
  );
  expect(await read('boolean', [true, false, null])).toEqual(['t', 'f', null]);
  const times = ['0001-01-01T00:00:00.000Z', '2026-02-03T04:05:06.789Z', '9999-12-31T23:59:59.999Z'];
  expect(await read('timestamptz', times)).toEqual([
    ...['0001-01-01 00:00:00+00', '2026-02-03 04:05:06.789+00', '9999-12-31 23:59:59.999+00'],
  ]);
  expect([storableTime('0000-06-01T00:00:00.000Z'), storableTime(undefined)]).toEqual([null, null]);
});

it('JSON arrives as it is, but for what a JSON column refuses', async () => {
  const anything = fc.dictionary(
    texts,
    fc.oneof(texts, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean()),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(anything, { minLength: 1, maxLength: 5 }), async (values) => {
      const found = (await read('jsonb', values.map(jsonText))) as string[];
      const wanted = values.map((value) => {
        const entries = Object.entries(value).map(([key, part]) => [
          stored(key),
          typeof part === 'string' ? stored(part) : part,
        ]);
        return Object.fromEntries(entries) as unknown;
      });
      expect(found.map((text) => JSON.parse(text) as unknown)).toEqual(JSON.parse(JSON.stringify(wanted)));
    }),
    { numRuns: 60 },
  );
});

it('An id that is too long for an index is known by its hash', () => {
  const long = 'x'.repeat(257);
  expect(keyText(long)).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(keyText('x'.repeat(256))).toBe('x'.repeat(256));
  expect(keyText(`${long}y`)).not.toBe(keyText(long));
});
