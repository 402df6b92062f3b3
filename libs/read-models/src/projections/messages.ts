import { DECISION_TYPES, INBOUND_TYPES, type Inbound } from '@offramp/events';
import { type Policy, RECENT_POSITIONS } from '@offramp/ladder';
import type { Entry } from '../projection/entry.js';
import { type Context, NO_ROWS, type Projection } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import { jsonText, storableTime } from '../projection/sql-values.js';
import type { RowOf } from '../projection/table.js';
import { branches } from './branches-table.js';
import { policyOf } from './ladder-effects.js';
import { type Line, type LineInput, isStillEnded, lineAfter, policyAbove } from './line.js';
import { messages } from './messages-table.js';
import { isHarmful, policyById } from './policies.js';
import { threads } from './threads-table.js';

type Message = RowOf<typeof messages>;
type Posted = Inbound<'MessagePosted'>;

/** The tree. A message is placed when it is posted, by what the thread holds then, and stays where it is. */
export const messagesProjection: Projection<typeof messages> = {
  table: messages,
  rounds: [
    () => {},
    ({ event }, rows, wanted) => {
      if (event?.type !== INBOUND_TYPES.MessagePosted) return;
      const { source, subject, data } = event;
      const thread = rows.get(threads, source, subject);
      // A thread that is not there has no messages: nearly all of a first import.
      if (thread === undefined) return;
      wanted.made(messages, source, subject, data.messageId);
      const parentId = data.parentId === undefined ? thread.latestId : data.parentId;
      if (parentId !== null) wanted.row(messages, source, subject, parentId);
    },
  ],
  evolve(entry, rows, context) {
    const { event } = entry;
    if (event?.type !== INBOUND_TYPES.MessagePosted) return NO_ROWS;
    const known = rows.get(messages, event.source, event.subject, event.data.messageId);
    return known === undefined
      ? [place(entry, event, { rows, context })]
      : [postedAgain(entry, event, { rows, context, known })];
  },
};

interface Scene {
  readonly rows: Rows;
  readonly context: Context;
}

/** Field by field: this is what nearly every entry comes to, and objects that are spread into others cost the most of it. */
function place(entry: Entry, event: Posted, { rows, context }: Scene): Message {
  const { source: tenant, subject: threadId, data } = event;
  const parent = parentOf(event, rows);
  const input = { entry, event, parent, rows, context };
  const line = lineAfter(input);
  const { branchId, refusedAfter } = placeOnBranch(data.messageId, parent, line, rows);
  const { ladder } = line;
  return {
    tenant,
    threadId,
    messageId: data.messageId,
    logPartition: context.partition,
    logOffset: entry.offset,
    postedOffset: entry.offset,
    parentId: parent?.messageId ?? null,
    missingParentId: parent === undefined ? (data.parentId ?? null) : null,
    branchId,
    refusedAfter,
    depth: parent === undefined ? 0 : parent.depth + 1,
    role: data.role,
    postedAt: event.time,
    at: storableTime(data.at),
    textLength: data.textLength ?? null,
    intent: data.intent ?? null,
    signal: data.signal === undefined ? null : jsonText(data.signal),
    evidence: data.evidence === undefined ? null : jsonText(data.evidence),
    harmful: data.role === 'user' && data.evidence !== undefined && isHarmful(data.evidence, policyOfHarm(input)),
    verdict: line.verdict,
    policy: policyOf(entry.decisions),
    decisionIds: decisionIdsOf(entry),
    stage: ladder.stage,
    attempts: ladder.attempts,
    endId: ladder.endId,
    endOffset: ladder.endOffset,
    ladderOffset: ladder.ladderOffset,
    ladderUntilMs: ladder.ladderUntilMs,
    ladderPolicyOffset: ladder.ladderPolicyOffset,
  };
}

/** Of the decisions where they name one, else of the line: both tell which policy judged. */
function policyOfHarm(input: LineInput): Policy {
  const { entry, event, rows } = input;
  return policyById(rows, policyOf(entry.decisions), event.source) ?? policyAbove(input);
}

/**
 * A known id that the decider judged as new: what it decided holds for the message from here on, and it is the latest of its
 * thread. Its place and its evidence stay. Where the decider knew the id, nothing moves.
 */
function postedAgain(
  entry: Entry,
  event: Posted,
  { rows, context, known }: Scene & { readonly known: Message },
): Message {
  const again: Message = { ...known, postedOffset: entry.offset };
  if (isRepeat(entry, event, known)) return again;
  const scene = { entry, event, rows, context };
  // An end outlives the memory of ids: what is posted once more under its own id stands under that end.
  const above = isStillEnded({ ...scene, parent: known }) ? known : parentOf(event, rows);
  const line = lineAfter({ ...scene, parent: above });
  return {
    ...again,
    ...line.ladder,
    verdict: line.verdict,
    policy: policyOf(entry.decisions) ?? known.policy,
    decisionIds: decisionIdsOf(entry) ?? known.decisionIds,
  };
}

/** The decider says so where the message had left anything, and is silent where it knows the id by its position only. */
function isRepeat({ decisions, offset }: Entry, { data }: Posted, known: Message): boolean {
  if (decisions.some(({ type }) => type === DECISION_TYPES.MessageRepeated)) return true;
  return data.parentId === undefined && known.postedOffset >= offset - RECENT_POSITIONS;
}

/** A message is never its own parent; an id that is not there (yet) is a missing one. */
function parentOf({ source, subject, data }: Posted, rows: Rows): Message | undefined {
  const id = data.parentId === undefined ? rows.get(threads, source, subject)?.latestId : data.parentId;
  if (id == null || id === data.messageId) return undefined;
  return rows.get(messages, source, subject, id);
}

/**
 * A message goes on the line of the nearest accepted message above it where that is the line's head (so it has no accepted
 * child), and starts one of its own else. A refused message stays beside the line that refused it and never is its head.
 */
function placeOnBranch(
  messageId: string,
  parent: Message | undefined,
  line: Line,
  rows: Rows,
): Pick<Message, 'branchId' | 'refusedAfter'> {
  if (parent === undefined) return { branchId: messageId, refusedAfter: null };
  const accepted = parent.refusedAfter ?? parent.messageId;
  const refused = line.refused || (parent.refusedAfter !== null && line.ladder.stage === 'ended');
  if (refused) return { branchId: parent.branchId, refusedAfter: accepted };
  const branch = rows.get(branches, parent.tenant, parent.threadId, parent.branchId);
  return { branchId: branch?.headId === accepted ? parent.branchId : messageId, refusedAfter: null };
}

function decisionIdsOf({ decisions }: Entry): string | null {
  return decisions.length === 0 ? null : jsonText(decisions.map(({ id }) => id));
}
