import { DECISION_TYPES, type DecisionEvent, type Inbound, type Stage } from '@offramp/events';
import type { Policy } from '@offramp/ladder';
import type { Entry } from '../projection/entry.js';
import type { Rows } from '../projection/rows.js';
import { type RowOf, keyOf } from '../projection/table.js';
import { ends } from './ends.js';
import { wipes } from './ladder-effects.js';
import type { messages } from './messages-table.js';
import { type ActivePolicy, newestPolicy, policyOfLine } from './policies.js';
import { threads } from './threads-table.js';

type Message = RowOf<typeof messages>;
export type LadderFields = Pick<
  Message,
  'stage' | 'attempts' | 'endId' | 'endOffset' | 'ladderOffset' | 'ladderUntilMs' | 'ladderPolicyOffset'
>;

/** Where a line stands after a message, and what the platform was told. */
export interface Line {
  readonly ladder: LadderFields;
  readonly verdict: string | null;
  readonly refused: boolean;
  /** The policy that the line ran under when the message was judged. */
  readonly policy: Policy;
}

export interface LineInput {
  readonly entry: Entry;
  readonly event: Inbound<'MessagePosted'>;
  readonly parent: Message | undefined;
  readonly rows: Rows;
  /** Partition time, ms since 1970. */
  readonly time: number;
}

interface Standing {
  stage: Stage;
  attempts: number;
  endId: string | null;
  endOffset: number | null;
}

const CLEAR: Standing = { stage: 'clear', attempts: 0, endId: null, endOffset: null };

/**
 * The read side's half of DESIGN §5: what a message inherits is its parent's value, read as the decider reads it (wiped by
 * risk, reopened by a review, forgotten), and what the decisions say of the line then replaces it.
 */
export function lineAfter(input: LineInput): Line {
  const { entry } = input;
  const parent = inherited(input);
  let standing = parent;
  let verdict: string | null = null;
  for (const decision of entry.decisions) {
    standing = standingAfter(decision, standing, entry.offset);
    if ('verdict' in decision.data && decision.data.verdict !== undefined) verdict = decision.data.verdict;
  }
  const active = policyAbove(input, parent);
  return {
    ladder: { ...standing, ladderOffset: entry.offset, ...memoryOf(standing, active, input.time) },
    verdict,
    refused: entry.decisions.some(({ type }) => type === DECISION_TYPES.MessageRefused),
    policy: active.policy,
  };
}

/** Whether the message's own line reads as ended now, wherever it is posted. */
export function isStillEnded(input: LineInput): boolean {
  return inherited(input).stage === 'ended';
}

function inherited({ entry, parent, rows, time }: LineInput): Standing {
  if (parent === undefined || parent.stage === 'clear' || wipes(entry.decisions)) return CLEAR;
  const thread = rows.get(threads, keyOf(parent.tenant, parent.threadId));
  if (parent.ladderOffset < (thread?.wipedOffset ?? -1)) return CLEAR;
  if (parent.stage === 'ended') {
    const end = rows.get(ends, keyOf(parent.tenant, parent.threadId, parent.endId!));
    if ((end?.reopenedOffset ?? -1) > parent.endOffset!) return CLEAR;
  } else if (parent.ladderUntilMs !== null && time >= parent.ladderUntilMs) return CLEAR;
  return { stage: parent.stage as Stage, attempts: parent.attempts, endId: parent.endId, endOffset: parent.endOffset };
}

function standingAfter(decision: DecisionEvent, before: Standing, offset: number): Standing {
  if (decision.type === DECISION_TYPES.ConversationEnded) {
    return { stage: 'ended', attempts: before.attempts, endId: decision.data.endId, endOffset: offset };
  }
  if (!('ladder' in decision.data)) return before;
  const { stage, attempts } = decision.data.ladder;
  return { ...CLEAR, stage, attempts };
}

function isOpen({ stage }: Standing): boolean {
  return stage === 'redirecting' || stage === 'warned';
}

/** An open line runs under the policy that it left clear with, any other under the newest. */
function policyAbove({ event, parent, rows }: LineInput, standing: Standing): ActivePolicy {
  const thread = { tenant: event.source, threadId: event.subject };
  return isOpen(standing) && parent?.ladderPolicyOffset != null
    ? policyOfLine(rows, parent.ladderPolicyOffset, thread)
    : newestPolicy(rows, thread.tenant, thread.threadId);
}

/** Until when an open ladder is remembered: by the policy that judged the message. The line runs under it from here on. */
function memoryOf(
  after: Standing,
  { policy, offset }: ActivePolicy,
  time: number,
): Pick<LadderFields, 'ladderUntilMs' | 'ladderPolicyOffset'> {
  if (!isOpen(after)) return { ladderUntilMs: null, ladderPolicyOffset: null };
  return { ladderUntilMs: time + policy.forgetAfterMs, ladderPolicyOffset: offset };
}
