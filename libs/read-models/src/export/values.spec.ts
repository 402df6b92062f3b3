import { daysSince1970, jsonOf, microsOf, rfc3339 } from './values.js';

describe('A moment', () => {
  it.each([
    ['2026-01-01 00:00:01.5+00', '2026-01-01T00:00:01.500Z', 1767225601500000n],
    ['2026-01-01 00:00:01.123456+00', '2026-01-01T00:00:01.123456Z', 1767225601123456n],
    ['2026-01-01 05:30:00+05:30', '2026-01-01T00:00:00.000Z', 1767225600000000n],
    ['2025-12-31 20:00:00-04', '2026-01-01T00:00:00.000Z', 1767225600000000n],
    ['1969-12-31 23:59:59.999999+00', '1969-12-31T23:59:59.999999Z', -1n],
    ['0001-01-01 00:00:00+00', '0001-01-01T00:00:00.000Z', -62135596800000000n],
    ['0001-12-31 00:00:00+00 BC', '0000-12-31T00:00:00.000Z', -62135683200000000n],
    ['9999-12-31 23:59:59.999999+00', '9999-12-31T23:59:59.999999Z', 253402300799999999n],
    ['12026-01-01 00:00:00+00', '12026-01-01 00:00:00+00', 317336745600000000n],
  ])('%s is said as RFC 3339 in UTC, and as microseconds, exactly', (text, said, micros) => {
    expect([rfc3339(text), microsOf(text)]).toEqual([said, micros]);
  });

  it('that is none stays what it is, and is no number', () => {
    expect(rfc3339('infinity')).toBe('infinity');
    expect(() => microsOf('infinity')).toThrow(RangeError);
  });
});

it.each([
  ['1970-01-01', 0],
  ['1969-12-31', -1],
  ['2026-01-01', 20454],
  ['0001-12-31 BC', -719163],
])('The day %s is %d days after 1970-01-01', (text, days) => {
  expect(daysSince1970(text)).toBe(days);
});

it.each([
  ['boolean', 't', true],
  ['integer', '-7', -7],
  ['bigint', '9007199254740991', 9007199254740991],
  ['bigint', '9223372036854775807', '9223372036854775807'],
  ['double precision', '1e-07', 1e-7],
  ['double precision', 'NaN', null],
  ['jsonb', '{"a": 12345678901234567890}', { a: 12345678901234567890 }],
  ['date', '2026-01-01', '2026-01-01'],
  ['text', 'a"\n', 'a"\n'],
  ['numeric', '0.10', '0.10'],
])('In JSON, %s %s is %j', (type, text, value) => {
  expect(JSON.parse(jsonOf(type)(text))).toEqual(value);
});
