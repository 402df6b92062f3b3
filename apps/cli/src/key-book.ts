import type { Scope, TenantId } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import { createKey, listKeys, revokeKey } from '@offramp/service/process';
import type { Api } from './api.js';
import { badUsage } from './exits.js';
import { dataDirectory, withServer } from './installation.js';
import { openOwnLog } from './own-log.js';
import { type Session, interruptible } from './session.js';

/** A key as a list shows it. */
export interface KeyRow {
  readonly keyId: string;
  readonly tenant: string;
  readonly scopes: readonly Scope[];
  readonly name: string;
  readonly createdAt: string;
  readonly createdBy: string;
  readonly revokedAt?: string;
}

export interface NewKey {
  readonly tenant: TenantId;
  readonly scopes: readonly Scope[];
  readonly name: string;
  readonly by: string;
}

/** The keys of an installation. */
export interface KeyBook {
  create(key: NewKey): Promise<{ readonly key: string; readonly keyId: string }>;
  list(): Promise<readonly KeyRow[]>;
  /** Fails with a sentence where there is no such key. */
  revoke(keyId: string, by: string): Promise<KeyRow>;
}

/** Standalone, the server has them. Distributed, they stand on the log, and every process reads them there. */
export function withKeys(session: Session, use: (keys: KeyBook, signal: AbortSignal) => Promise<void>): Promise<void> {
  const { env } = session;
  return interruptible(async (signal) => {
    if (!env['OFFRAMP_KAFKA_BROKERS']) {
      // A server of our own, where none runs, listens on a loopback address: it needs no key to create the first one.
      return withServer({ directory: dataDirectory(env), env, signal }, (api) => use(ofServer(api), signal));
    }
    const log = await openOwnLog(session);
    try {
      await use(onLog(log), signal);
    } finally {
      await log.close();
    }
  });
}

function ofServer(api: Api): KeyBook {
  return {
    create: async (key) => (await api.post<{ key: string; keyId: string }>('/admin/v1/keys', key)).body,
    list: async () => (await api.get<{ data: readonly KeyRow[] }>('/admin/v1/keys')).data,
    revoke: (keyId, by) => api.delete<KeyRow>(`/admin/v1/keys/${encodeURIComponent(keyId)}`, { by }),
  };
}

function onLog(log: EventLog): KeyBook {
  const now = () => new Date().toISOString();
  return {
    create: (key) => createKey(log, { ...key, time: now() }),
    list: () => listKeys(log),
    async revoke(keyId, by) {
      const key = await revokeKey(log, { keyId, by, time: now() });
      if (key === undefined) throw badUsage(`There is no key ${keyId}.`);
      return key;
    },
  };
}
