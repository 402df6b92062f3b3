import {
  type Evidence,
  INBOUND_TYPES,
  type Inbound,
  type InboundEvent,
  type InboundName,
  messageEventId,
} from '@offramp/events';
import { policyId } from '../policy.js';

/** Where an event stands in the world: who, which thread, and when (RFC 3339). */
export interface Place {
  readonly tenant: string;
  readonly thread: string;
  readonly time: string;
}

type DataOf<Name extends InboundName> = Inbound<Name>['data'];
/** Ids are branded; in tests they are literals. */
type Loose<Data> = { readonly [Field in keyof Data]: Data[Field] extends string | undefined ? string : Data[Field] };

/** What a message says of itself; ids as plain strings. */
export interface MessageData extends Omit<DataOf<'MessagePosted'>, 'messageId' | 'parentId' | 'seen'> {
  readonly messageId: string;
  readonly parentId?: string | null;
  readonly seen?: string;
}

export function messagePosted(at: Place, data: MessageData): Inbound<'MessagePosted'> {
  const id = messageEventId(at.tenant, at.thread, data.messageId);
  return envelope('MessagePosted', { ...at, id }, data as DataOf<'MessagePosted'>);
}

/** An event that is not a message. Those of a tenant have no thread: give an empty one. */
export function eventOf<Name extends Exclude<InboundName, 'MessagePosted'>>(
  name: Name,
  at: Place & { readonly id: string },
  data: Loose<DataOf<Name>>,
): Inbound<Name> {
  return envelope(name, at, data as DataOf<Name>);
}

/** The activation of a document under its right id. */
export function activation(
  at: Place & { readonly id: string },
  document: Readonly<Record<string, unknown>>,
  share = 1,
): Inbound<'PolicyActivated'> {
  const policy = policyId(document as { name: string });
  const data = { policy, document, share, by: 'ops', hasReason: false };
  return eventOf('PolicyActivated', { ...at, thread: '' }, data as unknown as DataOf<'PolicyActivated'>);
}

/** Complete evidence: "looked, found this harm and this risk". */
export function assessed(
  harm: Readonly<Record<string, number>>,
  risk: Readonly<Record<string, number>> = {},
): Evidence {
  return { assessor: 'platform', version: '1', status: 'assessed', harm, risk };
}

function envelope<Name extends InboundName>(
  name: Name,
  { tenant, thread, time, id }: Place & { readonly id: string },
  data: DataOf<Name>,
): Inbound<Name> {
  const event = { specversion: '1.0', id, source: tenant, subject: thread, type: INBOUND_TYPES[name], time, data };
  return event as unknown as Inbound<Name>;
}

export type { InboundEvent };
