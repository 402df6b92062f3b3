import { z } from 'zod';
import { sha256Hex } from './hash.js';
import { nameSchema } from './name.js';

export const TENANT_PATTERN = /^[A-Za-z0-9_.-]{1,64}$/;

/** 1–64 characters of `[A-Za-z0-9_.-]`. */
export const tenantIdSchema = z
  .string()
  .regex(TENANT_PATTERN, 'A tenant is 1 to 64 characters of A-Z a-z 0-9 _ . -')
  .brand<'TenantId'>();
export type TenantId = z.infer<typeof tenantIdSchema>;

/** Of a thread or a message id, in Unicode characters. */
export const ID_LENGTH_MAX = 128;

export const threadIdSchema = nameSchema(ID_LENGTH_MAX).brand<'ThreadId'>();
export type ThreadId = z.infer<typeof threadIdSchema>;

export const messageIdSchema = nameSchema(ID_LENGTH_MAX).brand<'MessageId'>();
export type MessageId = z.infer<typeof messageIdSchema>;

/** Hex, 32 characters: the first 128 bits of a SHA-256. */
export type DecisionId = string & { readonly __brand: 'DecisionId' };

const UNRESERVED = /^[A-Za-z0-9_.-]*$/;

/** One part of a key or an event id, percent-encoded, so that `a/b`+`c` and `a`+`b/c` differ. */
export function encodePart(part: string): string {
  return UNRESERVED.test(part) ? part : encodeURIComponent(part);
}

/** The Kafka key of everything that belongs to a thread: `tenant/thread`, each part percent-encoded. */
export function threadKey(tenant: string, threadId: string): string {
  return `${encodePart(tenant)}/${encodePart(threadId)}`;
}

/** The event id of a message: `tenant/thread/message`, each part percent-encoded. */
export function messageEventId(tenant: string, threadId: string, messageId: string): string {
  return `${encodePart(tenant)}/${encodePart(threadId)}/${encodePart(messageId)}`;
}

/** What a decision's id is derived from; equal inputs give equal ids on every replay. */
export interface DecisionOrigin {
  readonly source: string;
  readonly subject: string;
  readonly position: string;
  readonly eventId: string;
  readonly type: string;
  readonly index: number;
}

export function decisionId(origin: DecisionOrigin): DecisionId {
  const { source, subject, position, eventId, type, index } = origin;
  const parts = [source, subject, position, eventId, type, String(index)];
  return sha256Hex(parts.map(encodePart).join('/')).slice(0, 32) as DecisionId;
}
