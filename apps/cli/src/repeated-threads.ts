import { sha256Hex } from '@offramp/events';
import type { ImportedConversation } from './importers/index.js';

/** What was counted of one thread. */
export interface ThreadCount {
  readonly messages: number;
  readonly branches: number;
}

/** Some 100 MB. Beyond, the first threads are forgotten, and a conversation that comes again counts as it stands. */
const THREADS_MAX = 1_000_000;

/**
 * Exports overlap: a folder may hold the same conversation twice, shorter and longer. What was counted of such a thread is
 * kept, so that it can be corrected by what the server has of it in the end.
 */
export class RepeatedThreads {
  private readonly byHash = new Map<number, ThreadCount>();
  private readonly ids = new Set<string>();

  count({ threadId, again, messages }: ImportedConversation, branches: number): void {
    const hash = Number.parseInt(sha256Hex(threadId).slice(0, 12), 16);
    const before = this.byHash.get(hash);
    if (again && before !== undefined) this.ids.add(threadId);
    if (before === undefined && this.byHash.size >= THREADS_MAX) this.byHash.clear();
    this.byHash.set(hash, {
      messages: (before?.messages ?? 0) + messages.length,
      branches: (before?.branches ?? 0) + branches,
    });
  }

  /** The threads that came more than once, with what was counted of each. */
  *all(): Generator<{ readonly threadId: string; readonly counted: ThreadCount }> {
    for (const threadId of this.ids) {
      const counted = this.byHash.get(Number.parseInt(sha256Hex(threadId).slice(0, 12), 16));
      if (counted !== undefined) yield { threadId, counted };
    }
  }
}
