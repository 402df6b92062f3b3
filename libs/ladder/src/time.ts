/** RFC 3339 in UTC with milliseconds, of ms since 1970. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
