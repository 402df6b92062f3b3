import pg from 'pg';

/** The numbers that Postgres gives its types (pg_type.dat). */
const INT8 = 20;
const NUMERIC = 1700;
const DATE = 1082;
const TIMESTAMP = 1114;
const TIMESTAMPTZ = 1184;

/**
 * How the values of an answer are read: counts are numbers where a number holds them exactly, days stay days, and moments are
 * RFC 3339 in UTC, whatever this machine's own time zone is.
 */
export const ANALYST_VALUES = {
  getTypeParser(oid: number): (text: string) => unknown {
    switch (oid) {
      case INT8:
      case NUMERIC:
        return exactNumber;
      case TIMESTAMPTZ:
        return moment;
      case DATE:
      case TIMESTAMP:
        return (text) => text;
      default:
        return pg.types.getTypeParser(oid, 'text') as (text: string) => unknown;
    }
  },
};

/** As a text where a double would change it. A fraction with zeros at its end is the same number without. */
function exactNumber(text: string): number | string {
  const number = Number(text);
  const plain = text.includes('.') ? text.replace(/\.?0+$/, '') : text;
  return String(number) === plain ? number : text;
}

/** infinity and -infinity are no moments. */
function moment(text: string): string {
  const date = new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
  return Number.isNaN(date.getTime()) ? text : date.toISOString();
}
