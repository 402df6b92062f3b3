/** RFC 3339 in UTC with milliseconds, of ms since 1970. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** The greatest time so far. */
export interface PartitionTime {
  /** Takes the time of an input, RFC 3339 in UTC with milliseconds. */
  move(time: string): void;
  readonly text: string;
  /** The same in ms since 1970. */
  readonly ms: number;
}

/** Times of this form sort as text, and nearly no input asks for them as a number. */
export function createPartitionTime(startMs: number): PartitionTime {
  let latest = isoTime(startMs);
  let ms: number | undefined = startMs;
  return {
    move(time) {
      if (time <= latest) return;
      latest = time;
      ms = undefined;
    },
    get text() {
      return latest;
    },
    get ms() {
      return (ms ??= Date.parse(latest));
    },
  };
}
