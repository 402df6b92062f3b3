import { INBOUND_TYPES, type Inbound, type InboundEvent } from '@offramp/events';
import { type OraclePast, createOracle, guardUntil, lineAfter } from '@offramp/ladder/testing';

/*
 * What the read models have to say, found in another way: the tree from the inputs alone, and where each line stands from the
 * oracle, which was written from the text of DESIGN §5. Nothing here looks at a projection or at a decision's ladder.
 */

export interface SeenMessage {
  readonly id: string;
  /** The parent where it was there. */
  readonly parent: SeenMessage | undefined;
  readonly missingParentId: string | null;
  readonly refused: boolean;
  readonly depth: number;
  /** Accepted messages whose nearest accepted ancestor this is, in order. */
  readonly next: SeenMessage[];
  readonly event: Inbound<'MessagePosted'>;
  /** What the oracle said of it, the latest time that it was judged. */
  judged: OraclePast;
  /** The first time. */
  readonly first: OraclePast;
}

export interface SeenLine {
  readonly branchId: string;
  readonly head: SeenMessage;
  readonly first: SeenMessage;
  readonly standing: Standing;
  /** The end that it stands or stood under last. */
  readonly ended: { readonly endedAt: string; readonly endedBy: string; readonly decisionId: string } | undefined;
  readonly reopenedAt: string | null;
}

export interface Standing {
  readonly stage: string;
  readonly attempts: number;
  readonly endId: string | null;
}

export interface SeenThread {
  readonly messages: Map<string, SeenMessage>;
  readonly lines: Map<string, SeenLine>;
  latestId: string | null;
  /** Partition time at its latest event, ms. */
  now: number;
  /** When the guard falls, ms; undefined: it is down. */
  guardUntil: number | undefined;
  reopened: number;
}

export interface Witness {
  /** Looks at an input, and tells how its thread stands then. */
  handle(offset: number, event: InboundEvent): SeenThread;
}

export function createWitness(): Witness {
  const oracle = createOracle();
  const threads = new Map<string, SeenThread>();

  function threadOf({ source, subject }: InboundEvent): SeenThread {
    const key = `${source}/${subject}`;
    let thread = threads.get(key);
    if (thread === undefined) {
      thread = { messages: new Map(), lines: new Map(), latestId: null, now: 0, guardUntil: undefined, reopened: 0 };
      threads.set(key, thread);
    }
    return thread;
  }

  return {
    handle(offset, event) {
      oracle.handle(offset, event);
      const thread = threadOf(event);
      const past = oracle.history.at(-1)!;
      if (event.type === INBOUND_TYPES.MessagePosted) see(thread, event, past);
      thread.now = past.now;
      thread.guardUntil = guardUntil({ history: oracle.history, event, offset: offset + 1, now: past.now });
      lookAtLines(thread, event, oracle.history);
      return thread;
    },
  };
}

/** Places a message that is new; one that is there stays, and may have been judged once more. */
function see(thread: SeenThread, event: Inbound<'MessagePosted'>, past: OraclePast): void {
  const { messageId, parentId, role } = event.data;
  const known = thread.messages.get(messageId);
  if (known !== undefined) {
    if (past.answer === undefined) return;
    known.judged = past;
    thread.latestId = messageId;
    return;
  }
  const wanted = parentId === undefined ? thread.latestId : parentId;
  const parent = wanted === null || wanted === messageId ? undefined : thread.messages.get(wanted);
  const refusedItself = role === 'user' && past.answer?.verdict === 'refuse';
  const message: SeenMessage = {
    id: messageId,
    parent,
    missingParentId: parent === undefined ? (parentId ?? null) : null,
    refused: refusedItself || (parent?.refused === true && past.line?.end !== undefined),
    depth: parent === undefined ? 0 : parent.depth + 1,
    next: [],
    event,
    judged: past,
    first: past,
  };
  if (!message.refused) acceptedAbove(message)?.next.push(message);
  thread.messages.set(messageId, message);
  thread.latestId = messageId;
}

export function acceptedAbove({ parent }: SeenMessage): SeenMessage | undefined {
  return parent?.refused === true ? acceptedAbove(parent) : parent;
}

/** A line is named by its first message: up from a message as long as it is the first to follow. */
export function lineOf(message: SeenMessage): string {
  const above = acceptedAbove(message);
  if (above === undefined) return message.id;
  return message.refused || above.next[0] === message ? lineOf(above) : message.id;
}

/** As many lines as leaves. */
function lookAtLines(thread: SeenThread, event: InboundEvent, history: readonly OraclePast[]): void {
  for (const head of thread.messages.values()) {
    if (head.refused || head.next.length > 0) continue;
    const branchId = lineOf(head);
    const before = thread.lines.get(branchId);
    const { standing, ended } = standingOf(head, event, history);
    const opened = before?.standing.stage === 'ended' && ended === undefined;
    if (opened) thread.reopened++;
    thread.lines.set(branchId, {
      branchId,
      head,
      first: thread.messages.get(branchId)!,
      standing,
      ended: ended ?? before?.ended,
      reopenedAt: ended !== undefined ? null : opened ? event.time : (before?.reopenedAt ?? null),
    });
  }
}

/** As of now, but for what time alone makes forgotten: that is seen when the line goes on. */
function standingOf(
  { judged }: SeenMessage,
  event: InboundEvent,
  history: readonly OraclePast[],
): { standing: Standing; ended: SeenLine['ended'] } {
  const line = lineAfter({ history, event, offset: history.at(-1)!.offset + 1, now: judged.now }, judged);
  const { stage = 'clear', attempts = 0, end } = line ?? {};
  if (end === undefined) return { standing: { stage, attempts, endId: null }, ended: undefined };
  const by = history.flatMap(({ decisions }) => decisions).find(({ id }) => id === end.decisionId);
  const endedBy = by !== undefined && 'by' in by.data ? by.data.by : 'nobody';
  const { endId, endedAt, decisionId } = end;
  return { standing: { stage: 'ended', attempts, endId }, ended: { endedAt, endedBy, decisionId } };
}
