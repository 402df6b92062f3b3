import type { DecisionEvent, InboundEvent } from '@offramp/events';

/** One line an event, so that a counterexample can be read. */
export function described(events: readonly InboundEvent[]): string {
  return events.map((event, offset) => `${offset} ${describedEvent(event)}`).join('\n');
}

function describedEvent({ type, id, source, subject, time, data }: InboundEvent): string {
  const name = type.split('.').slice(1, -1).join('.');
  return `${time.slice(5, 19)} ${source}/${subject} ${name} ${id.split('/').at(-1)} ${JSON.stringify(data)}`;
}

export function describedDecisions(decisions: readonly DecisionEvent[]): string {
  return decisions
    .map(({ type, data }) => `${type.split('.').slice(1, -1).join('.')} ${JSON.stringify(data)}`)
    .join('\n');
}
