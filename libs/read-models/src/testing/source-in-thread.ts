import type { Entry } from '../projection/entry.js';
import type { OpenRebuildSource, RebuildSource } from '../rebuild/source.js';
import { sourceOf } from './histories.js';

interface Trouble {
  /** Pieces of a partition after which there is trouble. */
  readonly after: number;
  /** Reading fails, nobody catches an error, or the thread ends without a word. */
  readonly kind: 'fails' | 'throws' | 'ends';
}

interface Given {
  readonly logs: readonly (readonly Entry[])[];
  readonly trouble: Trouble | undefined;
}

/** Logs that threads read, too; see `sourceOf`. */
export function sourceInThread(logs: Given['logs'], trouble?: Trouble): RebuildSource {
  const module = new URL('../../dist/testing/source-in-thread.js', import.meta.url).href;
  return { ...sourceOf(logs), opener: { module, given: { logs, trouble } satisfies Given } };
}

/** What a thread calls. */
export function openRebuildSource({ logs, trouble }: Given): Promise<OpenRebuildSource> {
  const { pieces } = sourceOf(logs);
  return Promise.resolve({
    async *pieces(partition, from) {
      let read = 0;
      for await (const piece of pieces(partition, from)) {
        if (read++ === trouble?.after) await make(trouble);
        yield piece;
      }
    },
    close: () => Promise.resolve(),
  });
}

/** Rejects, or never resolves. */
function make({ kind }: Trouble): Promise<never> {
  if (kind === 'fails') return Promise.reject(new Error('The broker is gone'));
  setImmediate(() => {
    if (kind === 'ends') process.exit(0);
    throw new Error('Nobody expected that');
  });
  return new Promise(() => {});
}
