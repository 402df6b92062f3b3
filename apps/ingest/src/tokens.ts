import type { MessageId, TenantId, ThreadId } from '@offramp/events';

/** The `Assessor` that looks at user messages; undefined where only the platform's own evidence counts. */
export const ASSESSOR = Symbol('Assessor');

/** A `FindDecision`. */
export const FIND_DECISION = Symbol('FindDecision');

/** Where a decision was made, from the read models; undefined where it is not projected (yet). */
export type FindDecision = (tenant: TenantId, decisionId: string) => Promise<DecisionPlace | undefined>;

export interface DecisionPlace {
  readonly threadId: ThreadId;
  readonly messageId?: MessageId | undefined;
}
