import { type DeadCause, tenantIdSchema } from '@offramp/events';
import type { StoredRecord } from '@offramp/log';
import { JSON_BYTES_MAX } from '@offramp/service';
import type { z } from 'zod';
import { messageRequestSchema } from '../messages/message-request.js';

/** A record of `raw.v1`: the body of `POST /v1/messages`, and whose it is. */
export const rawMessageSchema = messageRequestSchema.extend({
  tenant: tenantIdSchema.describe('Whoever may write this topic may speak for every tenant'),
});

export type RawMessage = z.output<typeof rawMessageSchema>;

/** Why a record is no message. `tenant`: whose it would be, where that much can be read. */
export interface Rejected {
  readonly tenant: RawMessage['tenant'] | undefined;
  readonly cause: DeadCause;
  readonly field?: string | undefined;
}

interface RejectedRecord {
  readonly kind: 'rejected';
  readonly rejected: Rejected;
}

export type RawRecord = { readonly kind: 'message'; readonly message: RawMessage } | RejectedRecord;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a record. Nothing of its bytes is in what is said about a bad one, but the name of a field of the contract. */
export function readRaw({ value }: Pick<StoredRecord, 'value'>): RawRecord {
  if (value.length > JSON_BYTES_MAX) return rejected(undefined, 'too-large');
  const json = parseJson(value);
  if (json === undefined) return rejected(undefined, 'not-json');
  const parsed = rawMessageSchema.safeParse(json);
  if (parsed.success) return { kind: 'message', message: parsed.data };
  const tenant = tenantIdSchema.safeParse(json['tenant']);
  if (!tenant.success) return rejected(undefined, 'no-tenant');
  return rejected(tenant.data, 'invalid', String(parsed.error.issues[0]?.path[0] ?? ''));
}

export function rejected(tenant: Rejected['tenant'], cause: DeadCause, field?: string): RejectedRecord {
  const isKnown = field !== undefined && Object.hasOwn(rawMessageSchema.shape, field);
  return { kind: 'rejected', rejected: { tenant, cause, ...(isKnown && { field }) } };
}

function parseJson(value: Buffer): Record<string, unknown> | undefined {
  try {
    const json: unknown = JSON.parse(utf8.decode(value));
    return typeof json === 'object' && json !== null && !Array.isArray(json)
      ? (json as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
