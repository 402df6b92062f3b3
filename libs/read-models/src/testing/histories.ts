import type { Cursor, Entry } from '../projection/entry.js';
import type { RebuildSource } from '../rebuild/source.js';

/** Logs that are all there, one for each partition, read in pieces of some entries. */
export function sourceOf(logs: readonly (readonly Entry[])[], size = 7): RebuildSource {
  return {
    partitions: logs.length,
    async *pieces(partition, from) {
      const entries = logs[partition]!;
      for (let at = from.inbound; at < entries.length; at += size) {
        const inbound = Math.min(at + size, entries.length);
        yield { entries: entries.slice(at, inbound), cursor: cursorAt(inbound) };
      }
    },
  };
}

/** Where the projection of one of these logs is after so many entries. */
export function cursorAt(inbound: number): Cursor {
  return { inbound, decisions: inbound * 2 };
}
