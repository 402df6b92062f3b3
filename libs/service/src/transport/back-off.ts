/** How long to wait before the next try, ms. */
export interface BackOff {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** Trying goes on for as long as it takes, but never more often than this. */
export const BACK_OFF: BackOff = { firstMs: 100, maxMs: 10_000 };

/** Failures in a row after which the process says that it is not ready. */
export const FAILURES_UNTIL_NOT_READY = 5;

/** Doubles with each failure in a row, and takes a random half off, so that many loops don't come back together. */
export function delayAfter(failures: number, { firstMs, maxMs }: BackOff): number {
  const full = Math.min(maxMs, firstMs * 2 ** Math.min(failures - 1, 30));
  return full / 2 + (Math.random() * full) / 2;
}

export function isRetriable(error: unknown): boolean {
  return (error as { retriable?: unknown } | null)?.retriable === true;
}

/** Resolves after `ms`, or at once when the signal aborts. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
  });
}
