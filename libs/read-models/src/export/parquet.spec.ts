import fc from 'fast-check';
import type { RawRow } from '../database/database.js';
import { readParquetFile } from '../testing/read-parquet.js';
import { createEncoder } from './encoders.js';
import { type ExportColumn, daysSince1970, microsOf } from './values.js';

const COLUMNS: readonly ExportColumn[] = [
  { name: 'text', type: 'text' },
  { name: 'flag', type: 'boolean' },
  { name: 'number', type: 'integer' },
  { name: 'large', type: 'bigint' },
  { name: 'score', type: 'double precision' },
  { name: 'json', type: 'jsonb' },
  { name: 'day', type: 'date' },
  { name: 'some_at', type: 'timestamp with time zone' },
];

const TYPES = ['text', 'boolean', 'int32', 'int64', 'double', 'text', 'date', 'timestamp(micros, UTC)'];

function written(...batches: RawRow[][]): Uint8Array {
  const encoder = createEncoder('parquet', COLUMNS);
  return Buffer.concat([...batches.map((rows) => encoder.rows(rows)), encoder.end()]);
}

/** What a reader should say of a row. */
function expected([text, flag, number, large, score, json, day, at]: RawRow): (string | null)[] {
  return [
    ...[text!, flag == null ? null : String(flag === 't'), number!, large!],
    ...[score == null ? null : String(Number(score)), json!],
    ...[day == null ? null : String(daysSince1970(day)), at == null ? null : String(microsOf(at))],
  ];
}

const EXTREMES: RawRow[] = [
  [null, null, null, null, null, null, null, null],
  ['', 't', '-2147483648', '-9223372036854775808', '-0.1', '{}', '0001-01-01', '0001-01-01 00:00:00+00'],
  [
    ...['zeilen\r\n"ü" 😀 \t', 'f', '2147483647', '9223372036854775807', '1.7976931348623157e+308'],
    ...['{"a": "\\u0000"}', '9999-12-31', '9999-12-31 23:59:59.999999+00'],
  ],
  ['x'.repeat(3_000_000), 't', '0', '0', '5e-324', '[]', '1969-12-31', '1969-12-31 23:59:59.999999+00'],
];

it('A file without rows has its columns, and is read without complaint', () => {
  const { columns, rows } = readParquetFile(written());
  expect(columns).toEqual(COLUMNS.map(({ name }, at) => ({ name, nullable: true, type: TYPES[at] })));
  expect(rows).toEqual([]);
});

it('Nulls, extremes and texts of every kind are read as they were', () => {
  const { columns, rows } = readParquetFile(written(EXTREMES));
  expect(columns.map(({ type }) => type)).toEqual(TYPES);
  expect(rows).toEqual(EXTREMES.map(expected));
});

it('Many rows are in several groups, in their order, whatever the parts that they came in', () => {
  const rows = Array.from({ length: 25_001 }, (_, i): RawRow => {
    const moment = i % 7 === 0 ? null : `2026-01-01 00:00:${String(i % 60).padStart(2, '0')}.${i % 1000}+00`;
    return [`t${i}`, i % 2 ? 't' : 'f', String(i), String(i), String(i / 8), '{}', '2026-01-01', moment];
  });
  const bytes = written(rows.slice(0, 1), rows.slice(1, 12_000), rows.slice(12_000));
  expect(Buffer.compare(bytes, written(rows))).toBe(0);
  expect(JSON.stringify(readParquetFile(bytes).rows)).toBe(JSON.stringify(rows.map(expected)));
});

it('Long rows are given out before there are many of them', () => {
  const encoder = createEncoder('parquet', [{ name: 'text', type: 'text' }]);
  const long = Array.from({ length: 64 }, (_, i): RawRow => [`${i}`.repeat(100_000)]);
  const sizes = long.map((row) => encoder.rows([row]).length);
  expect(sizes.filter((size) => size > 4).length).toBeGreaterThan(1);
});

it('Whatever the values are, they are read as they were', () => {
  const moments = fc
    .date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true })
    .map((date) => `${date.toISOString().slice(0, -1).replace('T', ' ')}+00`);
  const row = fc.tuple(
    ...[fc.string({ unit: 'grapheme' }), fc.constantFrom('t', 'f'), fc.integer().map(String)],
    ...[fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String)],
    ...[fc.double({ noNaN: true, noDefaultInfinity: true }).map(String), fc.json()],
    ...[moments.map((text) => text.slice(0, 10)), moments],
  );
  const nullable = fc.tuple(row, fc.array(fc.boolean(), { minLength: 8, maxLength: 8 }));
  const rows = fc.array(nullable.map(([values, isNull]) => values.map((value, at) => (isNull[at] ? null : value))));
  fc.assert(
    fc.property(rows, (some) => {
      const wanted = some.map(expected);
      expect(readParquetFile(written(some)).rows).toEqual(wanted);
    }),
    { numRuns: 40 },
  );
});
