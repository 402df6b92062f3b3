import { INBOUND_TYPES, type InboundEvent, parsePosition } from '@offramp/events';
import { createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';
import { type Step, pastOf } from '@offramp/ladder/testing';
import type { Entry } from '../projection/entry.js';

/**
 * What the real decider makes of a history. `stride`: the offsets that lie between two events, because a log may have gaps
 * and some rules count positions. A history that the decider stops at ends there.
 */
export function decide(events: readonly InboundEvent[], { partition = 0, stride = 1 } = {}): Entry[] {
  const fold = createPartitionFold({ partition, facts: createMemoryFacts(), recent: createRecentIds() });
  const entries: Entry[] = [];
  for (const [index, event] of events.entries()) {
    const offset = index * stride;
    const there = moved(event, partition, stride);
    const handled = fold.handle(offset, there);
    if (handled.kind === 'stopped') break;
    entries.push({ offset, event: there, decisions: handled.decisions });
  }
  return entries;
}

export type Steps = readonly (Step | readonly Step[])[];

/** The entries of a story in steps, as the specifications of the ladder tell them. */
export function told(...steps: Steps): Entry[] {
  const events: InboundEvent[] = [];
  for (const step of steps.flat()) {
    const decisions = decide(events).flatMap((entry) => entry.decisions);
    events.push(step(pastOf([...events], decisions)));
  }
  return decide(events);
}

/** `seen` counts positions, too. */
function moved(event: InboundEvent, partition: number, stride: number): InboundEvent {
  if (event.type !== INBOUND_TYPES.MessagePosted || event.data.seen === undefined) return event;
  const seen = parsePosition(event.data.seen);
  const there = seen.partition === 0 ? partition : partition + 1;
  const position = `${there}:${Math.min(seen.offset * stride, Number.MAX_SAFE_INTEGER)}`;
  return { ...event, data: { ...event.data, seen: position as NonNullable<typeof event.data.seen> } };
}

/** The same of other threads: one is on one partition only. */
export function ofOthers(events: readonly InboundEvent[]): InboundEvent[] {
  return events.map((event) => ({ ...event, source: `${event.source}.b` }));
}
