/*
 * Values of views as Postgres says them (its text form, in ISO style), and what becomes of them in a file. Nothing is rounded:
 * a whole number that a double would change is a text in JSON, a time keeps its microseconds, JSON stays as it is.
 */

export interface ExportColumn {
  readonly name: string;
  /** As Postgres names it, for instance `timestamp with time zone`. What is not known here is a text. */
  readonly type: string;
}

/** How the values of a column are said in JSON; null stays null. */
export function jsonOf(type: string): (text: string) => string {
  switch (type) {
    case 'boolean':
      return booleanOf;
    case 'smallint':
    case 'integer':
    case 'jsonb':
    case 'json':
      return asItIs;
    case 'bigint':
      return (text) => (Number.isSafeInteger(Number(text)) ? text : `"${text}"`);
    case 'double precision':
      return (text) => JSON.stringify(Number(text));
    case 'timestamp with time zone':
      return (text) => `"${rfc3339(text)}"`;
    default:
      return (text) => JSON.stringify(text);
  }
}

export function booleanOf(text: string): string {
  return text === 't' ? 'true' : 'false';
}

export function asItIs(text: string): string {
  return text;
}

const MOMENT =
  /^(\d{4,6})-(\d\d)-(\d\d) (\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?( BC)?$/;

/** What nearly all moments look like. */
const IN_UTC = /^(\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00$/;

/** RFC 3339 in UTC with milliseconds, or with microseconds where there are any. What has no such form stays as it is. */
export function rfc3339(text: string): string {
  const parts = IN_UTC.exec(text);
  if (parts !== null) {
    const [, day, time, fraction = ''] = parts;
    return `${day}T${time}.${fraction.padEnd(fraction.length > 3 ? 6 : 3, '0')}Z`;
  }
  if (!MOMENT.test(text)) return text;
  const micros = microsOf(text);
  if (micros < YEAR_0 || micros >= YEAR_10000) return text;
  const millis = floorDiv(micros, 1000n);
  const rest = Number(micros - millis * 1000n);
  const said = new Date(Number(millis)).toISOString();
  return rest === 0 ? said : `${said.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
}

/** Microseconds since 1970. Throws RangeError for what is no moment (infinity). */
export function microsOf(text: string): bigint {
  const parts = MOMENT.exec(text);
  if (parts === null) throw new RangeError(`${text} is no moment`);
  const [, year, month, day, hours, minutes, seconds, fraction = '', sign, offH, offM = '0', offS = '0', bc] = parts;
  const days = daysOf(bc === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
  const offset = (Number(offH) * 60 + Number(offM)) * 60 + Number(offS);
  const inDay = (Number(hours) * 60 + Number(minutes)) * 60 + Number(seconds) - (sign === '-' ? -offset : offset);
  return BigInt(days * DAY_S + inDay) * 1_000_000n + BigInt(fraction.padEnd(6, '0'));
}

const DAY = /^(\d{4,7})-(\d\d)-(\d\d)( BC)?$/;

/** Days since 1970-01-01. Throws RangeError for what is no day (infinity). */
export function daysSince1970(text: string): number {
  const parts = DAY.exec(text);
  if (parts === null) throw new RangeError(`${text} is no day`);
  const [, year, month, day, bc] = parts;
  return daysOf(bc === undefined ? Number(year) : 1 - Number(year), Number(month), Number(day));
}

const DAY_S = 86_400;
/** 400 years of the Gregorian calendar. */
const ERA_DAYS = 146_097;
const ERA_YEARS = 400;

/** Postgres knows years that Date does not; the calendar repeats itself after an era. */
function daysOf(year: number, month: number, day: number): number {
  const eras = Math.floor((year - 2000) / ERA_YEARS);
  return Date.UTC(year - eras * ERA_YEARS, month - 1, day) / (DAY_S * 1000) + eras * ERA_DAYS;
}

const YEAR_0 = BigInt(daysOf(0, 1, 1) * DAY_S) * 1_000_000n;
const YEAR_10000 = BigInt(daysOf(10_000, 1, 1) * DAY_S) * 1_000_000n;

function floorDiv(value: bigint, by: bigint): bigint {
  const quotient = value / by;
  return value % by < 0n ? quotient - 1n : quotient;
}
