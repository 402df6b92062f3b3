import type { DecisionId, EndedBy, MessageId, Verdict } from '@offramp/events';
import type { Ladder } from './ladder.js';

/*
 * Invariant FOLD. A fact is written once and is true from its position on. While position p is handled, a look-up sees the
 * greatest position before p and nothing later, so handling p twice gives the same answer twice, whatever else is stored.
 * Looking up "the newest" instead is the tempting change that breaks this after a crash or under a stale owner.
 */

/** What a message left behind: its ladder where that is not clear, and the first verdict where it drew one. */
export interface MessageFact {
  /** null where the line is clear after this message. */
  readonly ladder: Ladder | null;
  readonly verdict: Verdict;
  /** The decision that the verdict rests on; where a line ended or refused, the ConversationEnded. */
  readonly decisionId?: DecisionId;
  readonly endId?: MessageId;
  /** RFC 3339. */
  readonly endedAt?: string;
  readonly policy: string;
  /** Partition time in ms from which the id is unknown again. An ended line outlives it. */
  readonly knownUntil: number;
}

/** One document on this partition, from its position on. */
export interface PolicyFact {
  readonly id: string;
  readonly document: unknown;
  readonly share: number;
}

export interface EndFact {
  readonly endId: MessageId;
  readonly decisionId: DecisionId;
  readonly by: EndedBy;
}

/** The value of each kind of fact. */
export interface FactValues {
  /** scope: thread, name: message id. */
  message: MessageFact;
  /** scope: thread. Every ladder value of the thread from before this position reads as clear. */
  risk: Record<string, never>;
  /** scope: thread. `raised` false once it was cleared; past the fact's `until` it reads as down. */
  guard: { readonly raised: boolean };
  /** scope: thread, one version for each line that ended. */
  end: EndFact;
  /** scope: thread, name: the end's message id. The end and all under it read as clear from here on. */
  reopened: Record<string, never>;
  /** scope: thread. The latest message of the thread while its line is not clear, else null. */
  latest: { readonly messageId: MessageId | null };
  /** scope: tenant, one version for each activation. */
  policy: PolicyFact;
  /** scope: tenant. */
  endings: { readonly suspended: boolean };
  /** scope: thread or tenant, name: the id of an event that is not a message. */
  event: Record<string, never>;
}

export type FactKind = keyof FactValues;

/** `scope`: a thread (`threadScope`) or a tenant; `name`: what it is about within the scope, often empty. */
export interface Fact<Kind extends FactKind = FactKind> {
  readonly kind: Kind;
  readonly scope: string;
  readonly name: string;
  /** The offset, in this partition, of the input that made it true. */
  readonly at: number;
  readonly value: FactValues[Kind];
  /** Partition time in ms since 1970 from which this reads as absent; without it, never. */
  readonly until?: number;
}

/** What a fold reads. Synchronous; an implementation keeps what is hot in memory. */
export interface Facts {
  /** Whether any fact of this scope may exist. False must be right; true may be wrong. Most threads have none. */
  knows(scope: string): boolean;
  /** The fact of the greatest position before `at`, expired or not. */
  before<Kind extends FactKind>(kind: Kind, scope: string, name: string, at: number): Fact<Kind> | undefined;
  /** All versions before `at`, oldest first. */
  allBefore<Kind extends FactKind>(kind: Kind, scope: string, name: string, at: number): readonly Fact<Kind>[];
}

/** The scope of a thread. A tenant contains no slash, so this cannot be mistaken for another pair. */
export function threadScope(tenant: string, threadId: string): string {
  return `${tenant}/${threadId}`;
}
