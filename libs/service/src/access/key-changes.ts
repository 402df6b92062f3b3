import { randomUUID } from 'node:crypto';
import { ACCESS_TYPES, type AccessEvent, type Scope, TOPICS, type TenantId, accessCodec } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import { createApiKey } from './api-key.js';
import { ACCESS_PARTITION, type ApiKey, KnownKeys } from './known-keys.js';

/* Keys are created and revoked by whoever holds the log itself: the command line, or the admin interface of standalone. */

export interface KeyRequest {
  readonly tenant: TenantId;
  readonly scopes: readonly Scope[];
  readonly name: string;
  readonly by: string;
  /** RFC 3339, UTC, with milliseconds. */
  readonly time: string;
}

/** Resolves when the key is durable. `key` is shown nowhere else, ever. Throws LogError. */
export async function createKey(
  log: EventLog,
  { tenant, scopes, name, by, time }: KeyRequest,
): Promise<{ readonly key: string; readonly keyId: string }> {
  const { key, keyId, hash } = createApiKey();
  await append(log, {
    ...envelope(tenant, time),
    type: ACCESS_TYPES.KeyCreated,
    data: { keyId, hash, scopes: [...scopes], name, by },
  });
  return { key, keyId };
}

/** Resolves when the key is revoked, with what was known of it; undefined where there is no such key. Throws LogError. */
export async function revokeKey(
  log: EventLog,
  { keyId, by, time }: { readonly keyId: string; readonly by: string; readonly time: string },
): Promise<ApiKey | undefined> {
  const key = (await listKeys(log)).find((known) => known.keyId === keyId);
  if (key === undefined) return undefined;
  await append(log, { ...envelope(key.tenant, time), type: ACCESS_TYPES.KeyRevoked, data: { keyId, by } });
  return key;
}

/** All keys that there ever were, in the order of creation. Throws LogError. */
export async function listKeys(log: EventLog): Promise<readonly ApiKey[]> {
  const keys = new KnownKeys();
  await keys.read(log);
  return keys.all();
}

function envelope(tenant: string, time: string) {
  return { specversion: '1.0' as const, id: randomUUID(), source: tenant, subject: '', time };
}

async function append(log: EventLog, event: AccessEvent): Promise<void> {
  const record = { key: '', value: accessCodec.encode(event) };
  await log.append([{ topic: TOPICS.access, partition: ACCESS_PARTITION, records: [record] }]);
}
