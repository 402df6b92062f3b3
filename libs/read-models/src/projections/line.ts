import { DECISION_TYPES, type DecisionEvent, type Inbound, type Stage } from '@offramp/events';
import type { Entry } from '../projection/entry.js';
import type { Rows } from '../projection/rows.js';
import { type RowOf, keyOf } from '../projection/table.js';
import { branches } from './branches-table.js';
import { wipes } from './ladder-effects.js';
import type { messages } from './messages-table.js';
import { newestPolicy } from './policies.js';
import { threads } from './threads-table.js';

type Message = RowOf<typeof messages>;
export type LadderFields = Pick<Message, 'stage' | 'attempts' | 'endId' | 'ladderOffset' | 'ladderUntilMs'>;

/** Where a line stands after a message, and what the platform was told. */
export interface Line {
  readonly ladder: LadderFields;
  readonly verdict: string | null;
  readonly refused: boolean;
  /** The decider knew the id: the message moves nothing. */
  readonly repeated: boolean;
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
}

const CLEAR: Standing = { stage: 'clear', attempts: 0, endId: null };

/**
 * The read side's half of DESIGN §5: what a message inherits is its parent's value, read as the decider reads it (wiped by
 * risk, reopened by a review, forgotten), and what the decisions say of the line then replaces it.
 */
export function lineAfter(input: LineInput): Line {
  const { entry, event } = input;
  let standing = inherited(input);
  let verdict: string | null = null;
  for (const decision of entry.decisions) {
    standing = standingAfter(decision, standing);
    if ('verdict' in decision.data && decision.data.verdict !== undefined) verdict = decision.data.verdict;
  }
  return {
    ladder: {
      ...standing,
      ladderOffset: entry.offset,
      ladderUntilMs: isOpen(standing) ? input.time + forgetAfterMs(input, event) : null,
    },
    verdict,
    refused: entry.decisions.some(({ type }) => type === DECISION_TYPES.MessageRefused),
    repeated: entry.decisions.some(({ type }) => type === DECISION_TYPES.MessageRepeated),
  };
}

function inherited({ entry, parent, rows, time }: LineInput): Standing {
  if (parent === undefined || parent.stage === 'clear' || wipes(entry.decisions)) return CLEAR;
  const thread = rows.get(threads, keyOf(parent.tenant, parent.threadId));
  if (parent.ladderOffset < (thread?.wipedOffset ?? -1)) return CLEAR;
  if (parent.stage === 'ended') {
    // A line that was reopened names no end, or a later one.
    const branch = rows.get(branches, keyOf(parent.tenant, parent.threadId, parent.branchId));
    if (branch?.endId !== parent.endId) return CLEAR;
  } else if (parent.ladderUntilMs !== null && time >= parent.ladderUntilMs) return CLEAR;
  return { stage: parent.stage as Stage, attempts: parent.attempts, endId: parent.endId };
}

function standingAfter(decision: DecisionEvent, before: Standing): Standing {
  if (decision.type === DECISION_TYPES.ConversationEnded || decision.type === DECISION_TYPES.MessageRefused) {
    return { stage: 'ended', attempts: before.attempts, endId: decision.data.endId };
  }
  if (!('ladder' in decision.data)) return before;
  const { stage, attempts } = decision.data.ladder;
  return { stage, attempts, endId: stage === 'ended' ? before.endId : null };
}

function isOpen({ stage }: Standing): boolean {
  return stage === 'redirecting' || stage === 'warned';
}

/** The ladder forgets by the newest policy that covers the thread, not by the one that the line runs under. */
function forgetAfterMs({ rows }: LineInput, { source, subject }: Inbound<'MessagePosted'>): number {
  return newestPolicy(rows, source, subject).forgetAfterMs;
}
