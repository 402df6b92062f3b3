import { Injectable } from '@nestjs/common';
import type { Inbound } from '@offramp/events';
import { BUILT_IN_POLICY, type PolicyDocument, parsePolicy } from '@offramp/ladder';

export interface Activation {
  /** Of the threads, 0 to 1. A share of 0 is a document that is kept and covers nothing. */
  readonly share: number;
  /** RFC 3339; undefined: from the beginning. */
  readonly since: string | undefined;
  readonly by: string;
}

export interface KnownPolicy {
  readonly id: string;
  /** As it was posted: the id is the hash of exactly this. */
  readonly document: Readonly<Record<string, unknown>>;
  readonly parsed: PolicyDocument;
  readonly isBuiltIn: boolean;
  /** The latest one that covers threads and that no later one has replaced whole; null: not in force. */
  readonly active: Activation | null;
}

export type Texts = PolicyDocument['texts'][string];

/** The built-in one holds where no other does. */
const BUILT_IN_ACTIVATION: Activation = { share: 1, since: undefined, by: 'offramp' };
const NO_TEXTS: Texts = {};
const DEFAULT_LANGUAGE = 'en';

/** The policy documents that are on the log, learnt by reading them, and the one that is built in. Per tenant. */
@Injectable()
export class KnownPolicies {
  private readonly byTenant = new Map<string, Map<string, KnownPolicy>>();
  /** The offset up to which the log was read for them. */
  readTo = 0;

  /** Takes an activation in, from the log in order; `offset` says whether it was taken before. */
  learn(event: Inbound<'PolicyActivated'>, offset: number): void {
    if (offset >= this.readTo) this.take(event);
  }

  /** Takes one in that was just written and will soon be read, so that it can be named and seen at once. */
  anticipate(event: Inbound<'PolicyActivated'>): void {
    this.take(event);
  }

  get(tenant: string, id: string): KnownPolicy | undefined {
    return this.of(tenant).get(id);
  }

  list(tenant: string): KnownPolicy[] {
    return [...this.of(tenant).values()];
  }

  /** The policy's texts in the first language of the caller that it has, else English, else any. */
  textsOf(tenant: string, id: string, languages: readonly string[] = []): Texts {
    const texts = this.get(tenant, id)?.parsed.texts ?? {};
    const language = [...languages, DEFAULT_LANGUAGE].find((wanted) => Object.hasOwn(texts, wanted));
    return (language === undefined ? Object.values(texts)[0] : texts[language]) ?? NO_TEXTS;
  }

  private take({ source, time, data }: Inbound<'PolicyActivated'>): void {
    const { policy: id, document, share, by } = data;
    const result = parsePolicy(document);
    // Neither of these is ever in force: the decider refuses the one, and stops before the other.
    if (result.kind !== 'policy' || result.policy.id !== id) return;
    const policies = this.of(source);
    const known = policies.get(id) ?? { id, document, parsed: result.policy, isBuiltIn: false, active: null };
    if (share === 0) {
      policies.set(id, known);
      return;
    }
    if (share === 1) for (const other of policies.values()) policies.set(other.id, { ...other, active: null });
    policies.set(id, { ...known, active: { share, since: time, by } });
  }

  private of(tenant: string): Map<string, KnownPolicy> {
    const found = this.byTenant.get(tenant);
    if (found !== undefined) return found;
    const { id, document, policy } = BUILT_IN_POLICY;
    const builtIn: KnownPolicy = { id, document, parsed: policy, isBuiltIn: true, active: BUILT_IN_ACTIVATION };
    const policies = new Map([[id, builtIn]]);
    this.byTenant.set(tenant, policies);
    return policies;
  }
}
