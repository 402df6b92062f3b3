import type { ReadOptions } from '../event-log.js';

/** Reads that wait for the next record of a partition. An append wakes them all at once; nothing polls. */
export class Waiters {
  private readonly waiting = new Set<() => void>();
  closed = false;

  /** Resolves when there is something to read, when the time is over, when the signal aborts, or when the log closes. */
  wait({ waitMs = 0, signal }: ReadOptions): Promise<void> {
    if (waitMs <= 0 || signal?.aborted === true || this.closed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        this.waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, waitMs);
      signal?.addEventListener('abort', done);
      this.waiting.add(done);
    });
  }

  wake(): void {
    for (const done of [...this.waiting]) done();
  }

  close(): void {
    this.closed = true;
    this.wake();
  }
}
