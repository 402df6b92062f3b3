import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { ReadModelsError } from '../database/failure.js';
import type { StoredCursor } from '../projection/cursors.js';
import type { ProjectionScope } from '../projections/scope.js';
import type { FillSizes } from './fill.js';
import type { SharedPace, Working } from './pace.js';
import type { SourceOpener } from './source.js';

/** What a thread is made with, as `structuredClone` takes it. */
export interface ThreadWork extends Working {
  /** Of the database server. */
  readonly url: string;
  readonly opener: SourceOpener;
  readonly scope: ProjectionScope;
  readonly sizes: FillSizes;
  readonly pace: SharedPace;
}

/** A partition and how far it is to be filled. */
export type Stretch = readonly [partition: number, until: StoredCursor];

/** How a stretch ended, as the thread tells it. Classes of errors do not reach over. */
export type StretchOutcome =
  { readonly kind: 'filled' } | { readonly kind: 'failed'; readonly why: string; readonly retriable: boolean };

/** `fillPartition` in a thread of its own. */
export interface FillingThread {
  /** One after the other. Throws `ReadModelsError`. */
  fill(stretch: Stretch): Promise<void>;
  /** Resolves when the thread is gone. */
  end(): Promise<void>;
}

/** Built code, also where this file is run from its source. */
const THREAD = fileURLToPath(new URL('../../dist/rebuild/filling-thread-main.js', import.meta.url));

export function startFillingThread(work: ThreadWork): FillingThread {
  const worker = new Worker(THREAD, { workerData: work });
  let broken = 'A thread of the rebuild ended by itself';
  worker.on('error', ({ message }) => (broken = message));
  // Not `once` of events: that rejects where a thread breaks, which it does before it exits.
  const gone = new Promise<StretchOutcome>((resolve) => {
    worker.on('exit', () => resolve({ kind: 'failed', why: broken, retriable: false }));
  });
  return {
    async fill(stretch) {
      const told = new Promise<StretchOutcome>((resolve) => {
        worker.once('message', resolve);
      });
      worker.postMessage(stretch);
      const outcome = await Promise.race([gone, told]);
      if (outcome.kind === 'failed') throw new ReadModelsError(outcome.why, outcome.retriable);
    },
    async end() {
      worker.postMessage(null);
      await gone;
    },
  };
}
