import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Entry } from '../projection/entry.js';
import type { OpenRebuildSource, RebuildSource } from '../rebuild/source.js';
import { sourceOf } from './histories.js';

interface Trouble {
  /** Pieces of a partition after which there is trouble. */
  readonly after: number;
  /** Reading fails, nobody catches an error, the thread ends without a word, or reading waits until `gate` is opened. */
  readonly kind: 'fails' | 'throws' | 'ends' | 'waits';
  readonly gate?: SharedArrayBuffer;
}

/** Closed. All threads share it. */
export function newGate(): SharedArrayBuffer {
  return new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
}

export function openGate(gate: SharedArrayBuffer): void {
  Atomics.store(new Int32Array(gate), 0, 1);
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

/** Rejects, never resolves, or does so once the gate is open. */
async function make({ kind, gate = newGate() }: Trouble): Promise<unknown> {
  if (kind === 'fails') throw new Error('The broker is gone');
  if (kind === 'waits') return opened(gate);
  setImmediate(() => {
    if (kind === 'ends') process.exit(0);
    throw new Error('Nobody expected that');
  });
  return new Promise(() => {});
}

/** What else the thread has to do goes on meanwhile. */
async function opened(gate: SharedArrayBuffer): Promise<void> {
  const open = new Int32Array(gate);
  while (Atomics.load(open, 0) === 0) await nextTurn();
}
