import {
  CONTENT_TYPES,
  type Content,
  type Evidence,
  INBOUND_TYPES,
  type Inbound,
  type TenantId,
  messageEventId,
} from '@offramp/events';
import type { MessageRequest } from './message-request.js';

/*
 * Invariant TEXT-FREE. Here a request is taken apart: ids, role, evidence and length go to the log, the texts go to the
 * content topic. Fields stand in the order of the schemas, so that the bytes are canonical without a second pass
 * (`posted-message.spec.ts` holds them against the codec).
 */

/** What the ingest adds to a request. */
export interface Additions {
  readonly tenant: TenantId;
  /** RFC 3339, the ingest's clock. */
  readonly time: string;
  readonly evidence: Evidence | undefined;
  readonly seen?: MessageRequest['seen'];
  readonly verdictWanted?: boolean;
}

export function messagePosted(request: MessageRequest, additions: Additions): Inbound<'MessagePosted'> {
  const { threadId, messageId, parentId, role, text, at, intent } = request;
  const { tenant, time, evidence, seen, verdictWanted } = additions;
  return {
    specversion: '1.0',
    id: messageEventId(tenant, threadId, messageId),
    source: tenant,
    subject: threadId,
    type: INBOUND_TYPES.MessagePosted,
    time,
    data: {
      messageId,
      parentId,
      role,
      at,
      textLength: text?.length,
      intent,
      evidence,
      signal: signalOf(request),
      seen,
      verdictWanted,
    },
  };
}

/** The texts that came with a request, each as an event of its own: the message, and a model's reason to end. */
export function contentOf(request: MessageRequest, posted: Inbound<'MessagePosted'>): Content<'ContentStored'>[] {
  const stored: Content<'ContentStored'>[] = [];
  const proposal = request.signal?.proposesEnd;
  if (request.text !== undefined) stored.push(contentStored(posted, 'message', request.text));
  if (typeof proposal === 'object' && proposal.reason !== undefined) {
    stored.push(contentStored(posted, 'proposal-reason', proposal.reason));
  }
  return stored;
}

/**
 * The canonical bytes. JSON leaves out what is undefined, and keeps the order of the fields; what stands between quotes below
 * needs no escape, because ids are percent-encoded and a tenant is plain.
 */
export function encodeInOrder(event: Inbound<'MessagePosted'> | Content<'ContentStored'>): Buffer {
  const { id, source, subject, type, time, data } = event;
  const envelope = `{"specversion":"1.0","id":"${id}","source":"${source}","subject":${JSON.stringify(subject)}`;
  return Buffer.from(`${envelope},"type":"${type}","time":"${time}","data":${JSON.stringify(data)}}`, 'utf8');
}

function contentStored(
  { id, source, subject, time, data }: Inbound<'MessagePosted'>,
  kind: 'message' | 'proposal-reason',
  text: string,
): Content<'ContentStored'> {
  return {
    specversion: '1.0',
    id: `${id}/${kind}`,
    source,
    subject,
    type: CONTENT_TYPES.ContentStored,
    time,
    data: { kind, eventId: id, messageId: data.messageId, text },
  };
}

function signalOf({ signal }: MessageRequest): Inbound<'MessagePosted'>['data']['signal'] {
  if (signal === undefined) return undefined;
  const { redirected, warned, proposesEnd } = signal;
  return { redirected, warned, proposesEnd: typeof proposesEnd === 'object' ? true : proposesEnd };
}
