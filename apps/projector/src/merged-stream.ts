import {
  DECISION_TYPES,
  type DecisionEvent,
  type InboundEvent,
  TOPICS,
  decisionsCodec,
  inboundCodec,
  parsePosition,
} from '@offramp/events';
import { type EventLog, LogError, type StoredRecord } from '@offramp/log';

/*
 * Invariants VIEW and NO-DUP. Every input position is handled together with all that it caused, in the order of positions, up
 * to the decider's Progress. So the read models are one fold over one stream, and no interleaving of two topics can show.
 */

/** One input position and what the decider said of it, complete. */
export interface MergedEntry {
  readonly offset: number;
  /** null: bytes that no version can decode; the decider quarantined them. */
  readonly event: InboundEvent | null;
  readonly decisions: readonly DecisionEvent[];
}

/** Where a merged stream goes on from. */
export interface MergedCursor {
  /** The next offset of `inbound.v1`. */
  readonly inbound: number;
  /** The next offset of `decisions.v1`. Everything before it belongs to inputs before `inbound`. */
  readonly decisions: number;
}

export interface MergedStream {
  /**
   * Takes the next records of `decisions.v1`. Gives the inputs that are complete by now, in order, at most `limit` at a time,
   * each piece with the cursor to store with it.
   */
  take(records: readonly StoredRecord[], limit: number): AsyncGenerator<MergedPiece>;
}

export interface MergedPiece {
  readonly entries: readonly MergedEntry[];
  readonly cursor: MergedCursor;
}

export function createMergedStream(log: EventLog, partition: number, from: MergedCursor): MergedStream {
  /** Decisions of inputs that no Progress has closed yet. Bounded by what the decider says in one batch. */
  let waiting: DecisionEvent[] = [];
  let inboundNext = from.inbound;

  async function* take(records: readonly StoredRecord[], limit: number): AsyncGenerator<MergedPiece> {
    for (const record of records) {
      const decision = decode(record);
      const { partition: of, offset } = parsePosition(decision.data.position);
      if (of !== partition)
        throw new LogError(`${TOPICS.decisions} ${partition}:${record.offset}: of partition ${of}`, false);
      // A repeat, by a decider that went on from an older progress: the same bytes were handled already.
      if (offset < inboundNext) continue;
      if (decision.type !== DECISION_TYPES.Progress) {
        waiting.push(decision);
        continue;
      }
      yield* complete(offset + 1, { limit, decisionsNext: record.offset + 1 });
    }
  }

  async function* complete(
    until: number,
    { limit, decisionsNext }: { limit: number; decisionsNext: number },
  ): AsyncGenerator<MergedPiece> {
    const byOffset = groupByOffset(waiting);
    waiting = [];
    while (inboundNext < until) {
      const maxRecords = Math.min(limit, until - inboundNext);
      const { records } = await log.read(TOPICS.inbound, partition, inboundNext, { maxRecords });
      if (records.length === 0)
        throw new LogError(`${TOPICS.inbound} ${partition}:${inboundNext}: decided, not there`, true);
      const entries = records.map((record) => entryOf(record, byOffset));
      inboundNext = records.at(-1)!.offset + 1;
      // In the middle of a batch of the decider a restart reads its decisions again, and drops those of handled inputs.
      yield {
        entries,
        cursor: { inbound: inboundNext, decisions: inboundNext < until ? from.decisions : decisionsNext },
      };
    }
    from = { inbound: inboundNext, decisions: decisionsNext };
  }

  return { take };
}

function decode(record: StoredRecord): DecisionEvent {
  const decoded = decisionsCodec.decode(record.value);
  if (decoded.kind === 'event') return decoded.event;
  const what = decoded.kind === 'unknown' ? `events of type ${decoded.type} are unknown here` : decoded.cause;
  throw new LogError(`${TOPICS.decisions}, offset ${record.offset}: ${what}. Upgrade the projectors.`, false);
}

/** Sorted and each once: a decider that was thrown away half-way has written some of them before. */
function groupByOffset(decisions: readonly DecisionEvent[]): ReadonlyMap<number, DecisionEvent[]> {
  const groups = new Map<number, DecisionEvent[]>();
  for (const decision of decisions) {
    const { offset } = parsePosition(decision.data.position);
    const group = groups.get(offset) ?? [];
    if (!group.some((other) => other.id === decision.id)) group.push(decision);
    groups.set(offset, group);
  }
  return groups;
}

function entryOf(record: StoredRecord, byOffset: ReadonlyMap<number, DecisionEvent[]>): MergedEntry {
  const decoded = inboundCodec.decode(record.value);
  return {
    offset: record.offset,
    event: decoded.kind === 'event' ? decoded.event : null,
    decisions: byOffset.get(record.offset) ?? [],
  };
}
