import { shareOfThread } from '@offramp/events';
import { BUILT_IN_POLICY } from './built-in-policy.js';
import { assert } from './assert.js';
import type { Fact, Facts } from './facts.js';
import type { Ladder, PolicyRef } from './ladder.js';
import { type Policy, parsePolicy } from './policy.js';

/** A policy in force, and since which offset of this partition; -1: built in. */
export interface ActivePolicy {
  readonly policy: Policy;
  readonly at: number;
}

/** Answers which policy holds for a thread, as of a position. Documents are parsed once for each activation. */
export interface Policies {
  /** The newest that covers the thread. */
  newest(tenant: string, threadId: string, at: number): ActivePolicy;
  /**
   * The one that a line runs under. A clear one: the newest, also where somebody was asked on it to confirm an end. Else its
   * own from leaving clear on, unless a later one says `appliesTo: "all"`; an ended one keeps what it ended under.
   */
  ofLine(line: Ladder | null, tenant: string, threadId: string, at: number): ActivePolicy;
}

const BUILT_IN: ActivePolicy = { policy: BUILT_IN_POLICY.policy, at: -1 };

export function createPolicies(facts: Facts): Policies {
  const parsed = new WeakMap<object, Policy>();

  function policyOf(fact: Fact<'policy'>): Policy {
    const found = parsed.get(fact.value);
    if (found !== undefined) return found;
    const result = parsePolicy(fact.value.document);
    assert(result.kind === 'policy', `A policy is checked before it becomes a fact (${fact.value.id})`);
    parsed.set(fact.value, result.policy);
    return result.policy;
  }

  function* covering(tenant: string, threadId: string, at: number): Generator<ActivePolicy> {
    if (!facts.knows(tenant)) return;
    const versions = facts.allBefore('policy', tenant, '', at);
    for (let i = versions.length - 1; i >= 0; i--) {
      const fact = versions[i]!;
      const policy = policyOf(fact);
      if (covers(policy, fact.value.share, tenant, threadId)) yield { policy, at: fact.at };
    }
  }

  function newest(tenant: string, threadId: string, at: number): ActivePolicy {
    if (!facts.knows(tenant)) return BUILT_IN;
    for (const active of covering(tenant, threadId, at)) return active;
    return BUILT_IN;
  }

  function ofLine(line: Ladder | null, tenant: string, threadId: string, at: number): ActivePolicy {
    if (line === null || line.stage === 'clear') return newest(tenant, threadId, at);
    if (line.stage === 'ended') return activation(line.policy, tenant, at);
    for (const active of covering(tenant, threadId, at)) {
      if (active.at === line.policy.at || active.policy.appliesTo === 'all') return active;
      if (active.at < line.policy.at) break;
    }
    return activation(line.policy, tenant, at);
  }

  /** A line keeps its policy also where a smaller share of it, activated later, does not cover the thread any more. */
  function activation(ref: PolicyRef, tenant: string, at: number): ActivePolicy {
    const fact = facts.allBefore('policy', tenant, '', at).find((version) => version.at === ref.at);
    return fact === undefined ? BUILT_IN : { policy: policyOf(fact), at: fact.at };
  }

  return { newest, ofLine };
}

function covers(policy: Policy, share: number, tenant: string, threadId: string): boolean {
  return share >= 1 || shareOfThread(policy.name, tenant, threadId) < share;
}
