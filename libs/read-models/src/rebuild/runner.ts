import type { RunOptions } from './begin.js';
import type { Rebuilds, RunResult } from './rebuilds.js';
import { RebuildRefused } from './refused.js';
import type { RebuildSource } from './source.js';
import type { RebuildStatus } from './status.js';

/** Where the rebuild is, and what this process does about it. */
export interface RebuildProgress extends RebuildStatus {
  /** Whether this process works on it now. */
  readonly running: boolean;
  /** Why this process has stopped working on it, where it did. */
  readonly failed?: string;
}

export type StartOptions = Pick<RunOptions, 'projection' | 'dropOld'>;

/** One rebuild in the background of a process. */
export interface RebuildRunner {
  progress(): Promise<RebuildProgress>;
  /** Resolves when it is under way; where it is already, at once. Throws `RebuildRefused`. */
  start(options?: StartOptions): Promise<void>;
  /** Goes on with one that a process was working on when it ended. */
  goOn(): Promise<void>;
  pause(): Promise<void>;
  cancel(): Promise<void>;
  swap(): Promise<void>;
  rollback(): Promise<void>;
  /** Ends the work of this process in good order; another one may go on with it. */
  stop(): Promise<void>;
}

export function createRebuildRunner(
  rebuilds: Rebuilds,
  source: RebuildSource,
  ended: (outcome: RunResult | Error) => void = () => {},
): RebuildRunner {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let failed: string | undefined;

  /** Never rejects. What was refused is told by `start`. */
  async function watch(work: Promise<RunResult>): Promise<void> {
    try {
      ended(await work);
    } catch (error) {
      if (error instanceof RebuildRefused) return;
      failed = error instanceof Error ? error.message : String(error);
      ended(error as Error);
    } finally {
      running = undefined;
    }
  }

  async function start(options: StartOptions): Promise<void> {
    failed = undefined;
    let begun = (): void => {};
    const underWay = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const work = rebuilds.run(source, { ...options, signal: stopping.signal, begun });
    running = watch(work);
    await Promise.race([underWay, work]);
  }

  return {
    async progress() {
      // Asked first: what was over by then is told with how it ended.
      const isRunning = running !== undefined;
      const status = await rebuilds.status();
      return { ...status, running: isRunning, ...(failed !== undefined && { failed }) };
    },
    async start(options = {}) {
      if (running === undefined) await start(options);
    },
    async goOn() {
      const { state } = await rebuilds.status();
      if (state === 'filling' && running === undefined) await start({});
    },
    async pause() {
      await rebuilds.pause();
      await running;
    },
    async cancel() {
      await rebuilds.cancel();
      await running;
    },
    swap: () => rebuilds.swap(source),
    rollback: () => rebuilds.rollback(source),
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
