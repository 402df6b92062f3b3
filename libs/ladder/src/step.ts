import type { MessageId } from '@offramp/events';
import type { Ladder } from './ladder.js';
import type { ActivePolicy } from './policies.js';
import type { Policy } from './policy.js';
import type { Turn } from './turn.js';

/** The line that a message was posted under, and the policy that it runs under. */
export interface Parent {
  readonly ladder: Ladder | null;
  readonly active: ActivePolicy;
}

/** What each case works with. */
export interface Step {
  readonly turn: Turn;
  readonly messageId: MessageId;
  /** The policy of the line. */
  readonly policy: Policy;
}
