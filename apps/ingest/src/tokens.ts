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

/** A `DatabaseClock`; undefined where the database has the clock of this process. */
export const DATABASE_CLOCK = Symbol('DatabaseClock');

/** What time it is at the database, ms since 1970. May reject. */
export type DatabaseClock = () => Promise<number>;
