import type { Because, DecisionId, LadderView, MessageId, Stage } from '@offramp/events';

/** Advice that no assistant message has answered yet, and the offset at which it was first given. */
export interface Awaiting {
  readonly what: 'redirect' | 'warning';
  readonly since: number;
  readonly because: Because;
}

/** Someone asked for the end and was asked back. */
export type Confirming = 'user' | 'model';

/** A document and the offset of its activation on this partition; -1: built in. */
export interface PolicyRef {
  readonly id: string;
  readonly at: number;
}

/** How the line came here: what a ConversationEnded gives as its `path`. Bounded by the policy's numbers. */
export interface Climb {
  readonly redirects: readonly DecisionId[];
  readonly warning?: DecisionId;
  readonly harmful: readonly MessageId[];
}

/** A line that is not ended but not clear either. */
export interface OpenLadder {
  readonly stage: 'clear' | 'redirecting' | 'warned';
  /** Redirects that were delivered. */
  readonly attempts: number;
  /** Redirects that the policy asks for, of the category that spoke last. */
  readonly of: number;
  readonly awaiting: Awaiting | null;
  /** Harmful user turns after the delivered warning. */
  readonly persisted: number;
  /** Constructive user turns in a row. */
  readonly calm: number;
  readonly confirming: Confirming | null;
  /** The end is permitted to the model, because of this harmful turn. */
  readonly due: Because | null;
  readonly policy: PolicyRef;
  readonly climb: Climb;
}

/** A line that ended at message `endId`, which was posted at offset `at`. */
export interface EndedLadder {
  readonly stage: 'ended';
  readonly endId: MessageId;
  readonly at: number;
  /** RFC 3339. */
  readonly endedAt: string;
  readonly decisionId: DecisionId;
  readonly attempts: number;
  readonly of: number;
  readonly policy: PolicyRef;
}

/** What the decider knows after a message, where that is anything; a clear line is null and is never stored. */
export type Ladder = OpenLadder | EndedLadder;

export function viewOf(ladder: Ladder | null, of: number): LadderView {
  const stage: Stage = ladder === null ? 'clear' : ladder.stage;
  return { stage, attempts: ladder?.attempts ?? 0, of: ladder?.of ?? of };
}
