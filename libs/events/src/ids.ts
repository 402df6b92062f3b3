import { z } from 'zod';
import { sha256Hex } from './hash.js';

/** 1–64 characters of `[A-Za-z0-9_.-]`. */
export const tenantIdSchema = z
  .string()
  .regex(/^[A-Za-z0-9_.-]{1,64}$/, 'A tenant is 1 to 64 characters of A-Z a-z 0-9 _ . -')
  .brand<'TenantId'>();
export type TenantId = z.infer<typeof tenantIdSchema>;

const ID_FORM = 'An id is 1 to 128 Unicode characters, without control characters or lone surrogates';
/** `{1,128}` counts code points because of the flag `u`; `\p{Cs}` is a lone surrogate, `\p{Cc}` a control character. */
const ID_PATTERN = /^[^\p{Cc}\p{Cs}]{1,128}$/u;

export const threadIdSchema = z.string().regex(ID_PATTERN, ID_FORM).brand<'ThreadId'>();
export type ThreadId = z.infer<typeof threadIdSchema>;

export const messageIdSchema = z.string().regex(ID_PATTERN, ID_FORM).brand<'MessageId'>();
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
