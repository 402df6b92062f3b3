import type { DecisionEvent, InboundEvent } from '@offramp/events';
import { assert } from '../../assert.js';
import type { Fact } from '../../facts.js';
import { createMemoryFacts } from '../../memory-facts.js';
import { createPartitionFold } from '../../partition-fold.js';
import { createRecentIds } from '../../recent-ids.js';

/** Small, so that ids fall out of the window of the parentless within a history. */
export const RECENT_IN_TESTS = 12;

/** What one fold over a whole history came to. */
export interface Whole {
  /** By offset. */
  readonly decisions: readonly (readonly DecisionEvent[])[];
  /** Partition time after each offset, ms. */
  readonly times: readonly number[];
  /** In the order of writing. */
  readonly facts: readonly Fact[];
}

export interface Folding {
  handle(event: InboundEvent): readonly DecisionEvent[];
  whole(): Whole;
}

/** One fold from the beginning, over facts of its own, that keeps what it says. */
export function foldingFrom(partition = 0): Folding {
  const decisions: (readonly DecisionEvent[])[] = [];
  const times: number[] = [];
  const fold = createPartitionFold({
    partition,
    facts: createMemoryFacts(),
    recent: createRecentIds(RECENT_IN_TESTS),
  });
  return {
    handle(event) {
      const handled = fold.handle(decisions.length, event);
      assert(handled.kind === 'decided', 'Histories of the generator stop no partition');
      decisions.push(handled.decisions);
      times.push(fold.time);
      return handled.decisions;
    },
    whole: () => ({ decisions, times, facts: fold.unstored }),
  };
}

export function foldWhole(events: readonly InboundEvent[], partition = 0): Whole {
  const folding = foldingFrom(partition);
  for (const event of events) folding.handle(event);
  return folding.whole();
}

/** A fold that changed what it was given would not be a function of it. */
export function deepFreeze<Value>(value: Value): Value {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
