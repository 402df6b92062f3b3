/** From 1970 to 9999 in ms, what four digits of a year can say. */
const LATEST_MS = Date.UTC(10_000, 0) - 1;
const WITHOUT_ZONE = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?$/;
const NUMERIC = /^\d+(?:\.\d+)?$/;

/**
 * RFC 3339 in UTC with ms, for a time as exports write it: seconds since 1970 (a number, or a number in a string) or ISO
 * 8601, which is UTC where it names no zone. Absent for anything else: a message without a time is still a message.
 */
export function timeOf(value: unknown): string | undefined {
  const ms = msOf(value);
  return ms !== undefined && ms >= 0 && ms <= LATEST_MS ? new Date(ms).toISOString() : undefined;
}

function msOf(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isFinite(value) ? Math.round(value * 1_000) : undefined;
  if (typeof value !== 'string') return undefined;
  if (NUMERIC.test(value)) return Math.round(Number(value) * 1_000);
  const ms = Date.parse(WITHOUT_ZONE.test(value) ? `${value.replace(' ', 'T')}Z` : value);
  return Number.isNaN(ms) ? undefined : ms;
}
