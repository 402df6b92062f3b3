import type { Entry } from '../projection/entry.js';
import type { OpenRebuildSource, RebuildSource } from '../rebuild/source.js';
import { sourceOf } from './histories.js';

interface Given {
  readonly logs: readonly (readonly Entry[])[];
  /** It fails after so many pieces of a partition, as a broker does that is gone. */
  readonly piecesMax: number;
}

/** Logs that threads read, too; see `sourceOf`. */
export function sourceInThread(logs: Given['logs'], piecesMax = Infinity): RebuildSource {
  const module = new URL('../../dist/testing/source-in-thread.js', import.meta.url).href;
  return { ...sourceOf(logs), opener: { module, given: { logs, piecesMax } satisfies Given } };
}

/** What a thread calls. */
export function openRebuildSource({ logs, piecesMax }: Given): Promise<OpenRebuildSource> {
  const { pieces } = sourceOf(logs);
  return Promise.resolve({
    async *pieces(partition, from) {
      let left = piecesMax;
      for await (const piece of pieces(partition, from)) {
        if (left-- === 0) throw new Error('The broker is gone');
        yield piece;
      }
    },
    close: () => Promise.resolve(),
  });
}
