import { DECISION_TYPES, type Evidence, INBOUND_TYPES, shareOfThread } from '@offramp/events';
import { BUILT_IN_POLICY, type Policy, parsePolicy } from '@offramp/ladder';
import { type Finder, NO_ROWS, type Projection } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import { jsonText, keyText } from '../projection/sql-values.js';
import { type RowOf, table } from '../projection/table.js';

/** One row for each activation on each partition: it holds from its own position of each on. */
export const policies = table('policies', ['tenant', 'logPartition', 'logOffset'], {
  tenant: 'text',
  logPartition: 'integer',
  logOffset: 'bigint',
  activationId: 'text',
  policy: 'text',
  document: 'jsonb',
  share: 'double precision',
  applied: 'boolean',
  by: 'text',
  hasReason: 'boolean',
  activatedAt: 'timestamptz',
});

type Activation = RowOf<typeof policies>;

export const OF_TENANT: Finder = { table: policies, by: ['tenant', 'logPartition'], rest: '' };

/** Activations are few and every message of a tenant is seen under them, so a tenant's are always in memory. */
export const createPoliciesProjection = (partition: number): Projection<typeof policies> => ({
  table: policies,
  rounds: [
    ({ event }, _rows, wanted) => {
      if (event !== null) wanted.find(OF_TENANT, event.source, partition);
    },
  ],
  evolve({ event, decisions, offset }) {
    if (event?.type !== INBOUND_TYPES.PolicyActivated) return NO_ROWS;
    // The decider says whether it took it or refused it, and is silent about one that it knows.
    if (decisions.length === 0) return NO_ROWS;
    const { policy, document, share, by, hasReason } = event.data;
    return [
      {
        tenant: event.source,
        logPartition: partition,
        logOffset: offset,
        activationId: keyText(event.id),
        policy,
        document: jsonText(document),
        share,
        applied: decisions.some(({ type }) => type === DECISION_TYPES.PolicyApplied),
        by,
        hasReason,
        activatedAt: event.time,
      },
    ];
  },
});

/** A policy in force, and the offset of its activation on this partition; -1: built in. */
export interface ActivePolicy {
  readonly policy: Policy;
  readonly offset: number;
}

const BUILT_IN: ActivePolicy = { policy: BUILT_IN_POLICY.policy, offset: -1 };

/** The newest that covers a thread, as the ladder answers it; without any, the built-in one. */
export function newestPolicy(rows: Rows, tenant: string, threadId: string): ActivePolicy {
  return covering(rows, tenant, threadId)[0] ?? BUILT_IN;
}

/** The one that a line runs under: its own, unless a later one that covers the thread says `appliesTo: "all"`. */
export function policyOfLine(rows: Rows, offset: number, thread: { tenant: string; threadId: string }): ActivePolicy {
  for (const active of covering(rows, thread.tenant, thread.threadId)) {
    if (active.offset === offset || active.policy.appliesTo === 'all') return active;
    if (active.offset < offset) break;
  }
  return activationsOf(rows, thread.tenant).find((active) => active.offset === offset) ?? BUILT_IN;
}

/** The policy of this id, where it is known here. */
export function policyById(rows: Rows, id: string | null, tenant: string): Policy | undefined {
  if (id === null) return undefined;
  if (id === BUILT_IN_POLICY.id) return BUILT_IN_POLICY.policy;
  return activationsOf(rows, tenant).find(({ policy }) => policy.id === id)?.policy;
}

interface Applied extends ActivePolicy {
  readonly share: number;
}

const NONE: readonly never[] = [];
const parsed = new WeakMap<Activation, Policy | null>();

/** What the decider took, newest first. */
function activationsOf(rows: Rows, tenant: string): readonly Applied[] {
  const activations = rows.groupOf(policies, tenant);
  if (activations.length === 0) return NONE;
  const found: Applied[] = [];
  for (const activation of activations) {
    const policy = activation.applied ? parse(activation) : null;
    if (policy !== null) found.push({ policy, offset: activation.logOffset, share: activation.share });
  }
  return found.sort((a, b) => b.offset - a.offset);
}

function covering(rows: Rows, tenant: string, threadId: string): readonly Applied[] {
  const activations = activationsOf(rows, tenant);
  if (activations.length === 0) return NONE;
  return activations.filter(({ policy, share }) => share >= 1 || shareOfThread(policy.name, tenant, threadId) < share);
}

function parse(activation: Activation): Policy | null {
  const known = parsed.get(activation);
  if (known !== undefined) return known;
  const result = parsePolicy(JSON.parse(activation.document));
  const policy = result.kind === 'policy' ? result.policy : null;
  parsed.set(activation, policy);
  return policy;
}

/** Whether evidence counts as harm under a policy: complete, and a category at or over its threshold. */
export function isHarmful(evidence: Evidence | undefined, policy: Policy): boolean {
  if (evidence?.status !== 'assessed' || evidence.risk === undefined) return false;
  for (const category in evidence.harm) {
    const threshold = Object.hasOwn(policy.harm, category) ? policy.harm[category] : undefined;
    if (threshold !== undefined && evidence.harm[category]! >= threshold) return true;
  }
  return false;
}
