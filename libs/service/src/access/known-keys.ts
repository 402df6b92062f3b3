import {
  ACCESS_TYPES,
  type AccessEvent,
  type Scope,
  TOPICS,
  type TenantId,
  accessCodec,
  tenantIdSchema,
} from '@offramp/events';
import type { EventLog, StoredRecord } from '@offramp/log';
import { isSameHash, parseApiKey } from './api-key.js';

/** Keys stand in one partition, in one order. */
export const ACCESS_PARTITION = 0;

/** What is known of a key; its secret is not. */
export interface ApiKey {
  readonly keyId: string;
  readonly tenant: TenantId;
  readonly scopes: readonly Scope[];
  readonly name: string;
  /** RFC 3339. */
  readonly createdAt: string;
  readonly createdBy: string;
  readonly revokedAt?: string;
  readonly revokedBy?: string;
}

interface Entry {
  readonly key: ApiKey;
  readonly hash: string;
}

/** The fold of `access.v1`. */
export class KnownKeys {
  private readonly entries = new Map<string, Entry>();
  /** The offset to read on from. */
  next = 0;
  /** Whether everything was read that was there when the process started: before, an unknown key may be a good one. */
  isRead = false;

  /** Reads up to the present end. Throws LogError. */
  async read(log: EventLog): Promise<void> {
    for (;;) {
      const { records, next } = await log.read(TOPICS.access, ACCESS_PARTITION, this.next);
      this.take(records);
      this.next = next;
      if (records.length === 0) break;
    }
    this.isRead = true;
  }

  take(records: readonly StoredRecord[]): void {
    for (const { value, offset } of records) {
      if (offset < this.next) continue;
      const decoded = accessCodec.decode(value);
      // What a newer program says of keys gives nobody access here.
      if (decoded.kind === 'event') this.learn(decoded.event);
      this.next = offset + 1;
    }
  }

  /** The key that was presented, where it is one and was not revoked. */
  find(presented: string): ApiKey | undefined {
    const parsed = parseApiKey(presented);
    const entry = parsed === undefined ? undefined : this.entries.get(parsed.keyId);
    if (parsed === undefined || entry === undefined || !isSameHash(entry.hash, parsed.hash)) return undefined;
    return entry.key.revokedAt === undefined ? entry.key : undefined;
  }

  /** Whether there is such a key that was not revoked. */
  isGood(keyId: string): boolean {
    const entry = this.entries.get(keyId);
    return entry !== undefined && entry.key.revokedAt === undefined;
  }

  /** In the order of creation. */
  all(): readonly ApiKey[] {
    return [...this.entries.values()].map(({ key }) => key);
  }

  private learn({ type, source, time, data }: AccessEvent): void {
    const { keyId, by } = data;
    const known = this.entries.get(keyId);
    if (type === ACCESS_TYPES.KeyRevoked) {
      if (known === undefined || known.key.revokedAt !== undefined || known.key.tenant !== source) return;
      this.entries.set(keyId, { ...known, key: { ...known.key, revokedAt: time, revokedBy: by } });
      return;
    }
    // An id counts once, or a second event could give a revoked key a new life.
    if (known !== undefined) return;
    const { hash, scopes, name } = data;
    const key = { keyId, tenant: tenantIdSchema.parse(source), scopes, name, createdAt: time, createdBy: by };
    this.entries.set(keyId, { hash, key });
  }
}
