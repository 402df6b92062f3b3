import { type DecisionEvent, type DecisionName, INBOUND_TYPES, type InboundEvent } from '@offramp/events';
import { nameOf } from './decided.js';

/** What was told and decided so far in a specification. */
export interface Past {
  readonly events: readonly InboundEvent[];
  readonly decisions: readonly DecisionEvent[];
  /** The message of the thread that was told last, whatever its parent. */
  latest(tenant: string, thread: string): string | null;
  /** Ids of the decisions of this name, in order. */
  ids(name: DecisionName): string[];
  /** The id of the only decision of this name. */
  id(name: DecisionName): string;
}

export function pastOf(events: readonly InboundEvent[], decisions: readonly DecisionEvent[]): Past {
  const ids = (name: DecisionName) => decisions.filter((decision) => nameOf(decision) === name).map(({ id }) => id);
  return {
    events,
    decisions,
    ids,
    id: (name) => (ids(name).length === 1 ? ids(name)[0]! : `${ids(name).length} of ${name}`),
    latest(tenant, thread) {
      const last = events.findLast(
        ({ type, source, subject }) => type === INBOUND_TYPES.MessagePosted && source === tenant && subject === thread,
      );
      return last?.type === INBOUND_TYPES.MessagePosted ? last.data.messageId : null;
    },
  };
}
