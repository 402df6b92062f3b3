import type { InboundEvent } from '@offramp/events';
import { type Facts, createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';
import type { Entry } from '../projection/entry.js';

/** What the real decider makes of a history on partition 0, and the facts that it leaves. */
export interface DecidedHistory {
  readonly entries: readonly Entry[];
  readonly facts: Facts;
}

/** Offset = index. A history that the decider stops at ends there. */
export function decide(events: readonly InboundEvent[]): DecidedHistory {
  const facts = createMemoryFacts();
  const fold = createPartitionFold({ partition: 0, facts, recent: createRecentIds() });
  const entries: Entry[] = [];
  for (const [offset, event] of events.entries()) {
    const handled = fold.handle(offset, event);
    if (handled.kind === 'stopped') break;
    for (const fact of fold.unstored) facts.add(fact);
    fold.stored();
    entries.push({ offset, event, decisions: handled.decisions });
  }
  return { entries, facts };
}
