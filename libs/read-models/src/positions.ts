import type { Database } from './database/database.js';
import { readPositions } from './projection/cursors.js';

/** How far the read models are, as positions of inbound.v1 whose decisions are projected, too. */
export interface Positions {
  /** The last projected offset of each partition; -1 where nothing was projected yet. Read it before the rows. */
  current(): Promise<ReadonlyMap<number, number>>;
  /** Whether a position is projected, waiting for it up to `timeoutMs`. */
  reached(partition: number, offset: number, options: WaitOptions): Promise<boolean>;
}

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface TrackedPositions extends Positions {
  /** Said by the projection of this process after each commit. */
  moved(partition: number, next: number): void;
  close(): void;
}

interface Waiter {
  readonly partition: number;
  readonly offset: number;
  readonly settle: (reached: boolean) => void;
}

/** How often a server is asked while somebody waits: another process may be the one that projects. */
const POLL_MS = 50;

/**
 * The embedded database has no notifications across connections and one process only, so memory is the truth there. On a
 * server, others may project: it is asked, and polled as long as anybody waits.
 */
export async function trackPositions(database: Database): Promise<TrackedPositions> {
  const next = await readPositions(database);
  const waiters = new Set<Waiter>();
  let poll: NodeJS.Timeout | undefined;

  const isReached = (partition: number, offset: number) => (next.get(partition) ?? 0) > offset;

  function moved(partition: number, to: number): void {
    if (to <= (next.get(partition) ?? -1)) return;
    next.set(partition, to);
    for (const waiter of waiters) if (isReached(waiter.partition, waiter.offset)) waiter.settle(true);
  }

  async function refresh(): Promise<void> {
    for (const [partition, to] of await readPositions(database)) moved(partition, to);
  }

  function pollWhileWaiting(): void {
    if (database.kind === 'embedded' || poll !== undefined || waiters.size === 0) return;
    poll = setTimeout(() => {
      // A server that cannot be asked now may be asked again; whoever waits has a limit.
      void refresh()
        .catch(() => {})
        .then(() => {
          poll = undefined;
          pollWhileWaiting();
        });
    }, POLL_MS);
  }

  function wait(partition: number, offset: number, { timeoutMs, signal }: WaitOptions): Promise<boolean> {
    return new Promise((done) => {
      const settle = (reached: boolean) => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', giveUp);
        waiters.delete(waiter);
        done(reached);
      };
      const giveUp = () => settle(false);
      const timer = setTimeout(giveUp, timeoutMs);
      const waiter = { partition, offset, settle };
      signal?.addEventListener('abort', giveUp);
      waiters.add(waiter);
      pollWhileWaiting();
    });
  }

  return {
    moved,
    async current() {
      if (database.kind === 'server') await refresh();
      return new Map([...next].map(([partition, to]) => [partition, to - 1]));
    },
    async reached(partition, offset, options) {
      if (isReached(partition, offset)) return true;
      if (database.kind === 'server') await refresh();
      if (isReached(partition, offset)) return true;
      if (options.timeoutMs <= 0 || options.signal?.aborted === true) return false;
      return wait(partition, offset, options);
    },
    close() {
      clearTimeout(poll);
      for (const waiter of [...waiters]) waiter.settle(false);
    },
  };
}
