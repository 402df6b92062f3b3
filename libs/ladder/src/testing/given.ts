import { type DecisionEvent, type InboundEvent, decisionsCodec } from '@offramp/events';
import type { Fact } from '../facts.js';
import { createMemoryFacts } from '../memory-facts.js';
import { createPartitionFold } from '../partition-fold.js';
import { RECENT_POSITIONS, createRecentIds } from '../recent-ids.js';
import { decisionAt, quarantinedAt } from './decided.js';
import { type Expected, completed } from './expected.js';
import { type Past, pastOf } from './past.js';
import type { Step } from './builders.js';

/** How a specification ends. `then` compares whole decisions: all of them, in order, field for field, ids included. */
export interface Outcome {
  then(...expected: readonly Expected[]): void;
  /** As `then`, for expectations that name decisions of the past. */
  thenIn(expected: (past: Past) => readonly Expected[]): void;
  /** Not a word, and not a fact. */
  thenNothing(): void;
  /** The partition stops at this input, for this reason. */
  thenStopped(reason: RegExp): void;
}

export interface Given {
  when(step: Step): Outcome;
}

type Steps = readonly (Step | readonly Step[])[];

/** `given(events).when(event).then(decisions)`, on partition 0 from its beginning. */
export function given(...steps: Steps): Given {
  return givenWithin(RECENT_POSITIONS, ...steps);
}

/** As `given`, with a shorter window in which a message without parent is known by its id. */
export function givenWithin(recentPositions: number, ...steps: Steps): Given {
  return { when: (step) => outcomeOf(recentPositions, steps.flat(), step) };
}

function outcomeOf(recentPositions: number, before: readonly Step[], step: Step): Outcome {
  const events: InboundEvent[] = [];
  const decisions: DecisionEvent[] = [];
  const fold = createPartitionFold({
    partition: 0,
    facts: createMemoryFacts(),
    recent: createRecentIds(recentPositions),
  });
  for (const earlier of before) {
    const event = earlier(pastOf(events, decisions));
    const handled = fold.handle(events.length, event);
    expect(handled).toMatchObject({ kind: 'decided' });
    events.push(event);
    if (handled.kind === 'decided') decisions.push(...handled.decisions);
  }
  const past = pastOf([...events], [...decisions]);
  const event = step(past);
  const factsBefore: readonly Fact[] = [...fold.unstored];
  const handled = fold.handle(events.length, event);
  const facts = fold.unstored.slice(factsBefore.length);

  function thenIn(expected: (past: Past) => readonly Expected[]): void {
    const input = { partition: 0, offset: events.length, event };
    const drafts = expected(past).map((draft) => completed(draft, event));
    const whole = drafts.map((draft, index) => {
      return draft.name === 'RecordQuarantined'
        ? quarantinedAt({ ...input, now: fold.time }, draft.data.cause)
        : decisionAt(input, index, draft);
    });
    expect(handled).toStrictEqual({ kind: 'decided', decisions: whole });
    if (handled.kind === 'decided') for (const decision of handled.decisions) decisionsCodec.encode(decision);
  }

  return {
    thenIn,
    then: (...expected) => thenIn(() => expected),
    thenNothing: () =>
      expect({ handled, facts }).toStrictEqual({ handled: { kind: 'decided', decisions: [] }, facts: [] }),
    thenStopped: (reason) => expect(handled).toStrictEqual({ kind: 'stopped', reason: expect.stringMatching(reason) }),
  };
}
