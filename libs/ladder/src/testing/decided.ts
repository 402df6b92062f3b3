import {
  DECISION_TYPES,
  type Decision,
  type DecisionEvent,
  type DecisionName,
  type InboundEvent,
  SOURCE_OF_PARTITION,
  decisionId,
  position,
} from '@offramp/events';
import { isoTime } from '../time.js';

/** A decision without what follows from its place: envelope, id, position and index. */
export type DecisionDraft<Name extends DecisionName = DecisionName> = {
  [Each in Name]: { readonly name: Each; readonly data: Omit<Decision<Each>['data'], 'position' | 'index'> };
}[Name];

/** The input that decisions come from. */
export interface Input {
  readonly partition: number;
  readonly offset: number;
  readonly event: InboundEvent;
}

/** The decision that a draft becomes as number `index` of its input, exactly as CONTRACT §2 and DESIGN §2 spell it. */
export function decisionAt({ partition, offset, event }: Input, index: number, draft: DecisionDraft): DecisionEvent {
  const type = DECISION_TYPES[draft.name];
  const { source, subject, time } = event;
  const origin = { source, subject, position: position(partition, offset), eventId: event.id, type, index };
  return {
    specversion: '1.0',
    id: decisionId(origin),
    source,
    subject,
    type,
    time,
    data: { position: origin.position, index, ...draft.data },
  } as unknown as DecisionEvent;
}

/** What is said of a record that cannot be handled: by the partition, for nobody, at partition time (ms). */
export function quarantinedAt(at: { partition: number; offset: number; now: number }, cause: string): DecisionEvent {
  const event = { id: '', source: SOURCE_OF_PARTITION, subject: '', time: isoTime(at.now) } as InboundEvent;
  return decisionAt({ ...at, event }, 0, { name: 'RecordQuarantined', data: { cause } });
}

export function nameOf(decision: DecisionEvent): DecisionName {
  return NAMES.get(decision.type) as DecisionName;
}

const NAMES = new Map<string, string>(Object.entries(DECISION_TYPES).map(([name, type]) => [type, name]));
