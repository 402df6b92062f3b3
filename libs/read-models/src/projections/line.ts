import { DECISION_TYPES, type DecisionEvent, type Inbound, type Stage } from '@offramp/events';
import type { Policy } from '@offramp/ladder';
import type { Entry } from '../projection/entry.js';
import type { Context } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import type { RowOf } from '../projection/table.js';
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
}

export interface LineInput {
  readonly entry: Entry;
  readonly event: Inbound<'MessagePosted'>;
  readonly parent: Message | undefined;
  readonly rows: Rows;
  readonly context: Context;
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
  return {
    ladder: isOpen(standing) ? remembered(input, parent, standing) : notOpen(standing, entry.offset),
    verdict,
    refused: entry.decisions.some(({ type }) => type === DECISION_TYPES.MessageRefused),
  };
}

/** Field by field, as nearly every message comes here. */
function notOpen({ stage, attempts, endId, endOffset }: Standing, ladderOffset: number): LadderFields {
  return { stage, attempts, endId, endOffset, ladderOffset, ladderUntilMs: null, ladderPolicyOffset: null };
}

/** The policy that the line ran under when the message was judged. */
export function policyAbove(input: LineInput): Policy {
  return policyUnder(input, inherited(input)).policy;
}

/** Whether the message's own line reads as ended now, wherever it is posted. */
export function isStillEnded(input: LineInput): boolean {
  return inherited(input).stage === 'ended';
}

function inherited({ entry, parent, rows, context }: LineInput): Standing {
  if (parent === undefined || parent.stage === 'clear' || wipes(entry.decisions)) return CLEAR;
  const thread = rows.get(threads, parent.tenant, parent.threadId);
  if (parent.ladderOffset < (thread?.wipedOffset ?? -1)) return CLEAR;
  if (parent.stage === 'ended') {
    const end = rows.get(ends, parent.tenant, parent.threadId, parent.endId!);
    if ((end?.reopenedOffset ?? -1) > parent.endOffset!) return CLEAR;
  } else if (parent.ladderUntilMs !== null && context.time >= parent.ladderUntilMs) return CLEAR;
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
function policyUnder({ event, parent, rows }: LineInput, standing: Standing): ActivePolicy {
  const thread = { tenant: event.source, threadId: event.subject };
  return isOpen(standing) && parent?.ladderPolicyOffset != null
    ? policyOfLine(rows, parent.ladderPolicyOffset, thread)
    : newestPolicy(rows, thread.tenant, thread.threadId);
}

/** An open ladder is remembered as long as the policy says that judged the message, and runs under it from here on. */
function remembered(input: LineInput, before: Standing, after: Standing): LadderFields {
  const { policy, offset } = policyUnder(input, before);
  return {
    ...after,
    ladderOffset: input.entry.offset,
    ladderUntilMs: input.context.time + policy.forgetAfterMs,
    ladderPolicyOffset: offset,
  };
}
