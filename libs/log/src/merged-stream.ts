import {
  DECISION_TYPES,
  type DecisionEvent,
  type InboundEvent,
  TOPICS,
  decisionsCodec,
  inboundCodec,
  parsePosition,
} from '@offramp/events';
import { type EventLog, LogError, type StoredRecord } from './event-log.js';

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
  /** Decisions and Progress that were dropped since the stream began, because the same was taken before. */
  readonly repeats: number;
  /**
   * Takes the next records of `decisions.v1`. Gives the inputs that are complete by now, in order, at most `limit` at a time,
   * each piece with the cursor to store with it. Throws LogError.
   */
  take(records: readonly StoredRecord[], limit: number): AsyncGenerator<MergedPiece>;
}

export interface MergedPiece {
  readonly entries: readonly MergedEntry[];
  readonly cursor: MergedCursor;
}

/** A decision of an input that no Progress has closed yet, and where it stands on `decisions.v1`. */
interface Waiting {
  readonly decision: DecisionEvent;
  readonly of: number;
  readonly at: number;
}

export function createMergedStream(log: EventLog, partition: number, from: MergedCursor): MergedStream {
  /** Bounded by what the decider says in one batch. */
  let waiting: Waiting[] = [];
  let cursor = from;
  let repeats = 0;

  /** All Progress of the records at once: a commit for each message that somebody waited for would be too many. */
  async function* take(records: readonly StoredRecord[], limit: number): AsyncGenerator<MergedPiece> {
    let closed: MergedCursor = cursor;
    for (const record of records) {
      const decision = decode(record);
      const { partition: ofPartition, offset: of } = parsePosition(decision.data.position);
      if (ofPartition !== partition) {
        throw new LogError(`${TOPICS.decisions} ${partition}:${record.offset}: of partition ${ofPartition}`, false);
      }
      // A repeat, by a decider that went on from an older progress: the same bytes were handled already.
      if (of < closed.inbound) {
        repeats++;
        continue;
      }
      if (decision.type === DECISION_TYPES.Progress) closed = { inbound: of + 1, decisions: record.offset + 1 };
      else waiting.push({ decision, of, at: record.offset });
    }
    if (closed.inbound > cursor.inbound) yield* complete(closed, limit);
  }

  async function* complete(closed: MergedCursor, limit: number): AsyncGenerator<MergedPiece> {
    const complete = waiting.filter(({ of }) => of < closed.inbound);
    const byOffset = groupByOffset(complete);
    repeats += complete.length - [...byOffset.values()].reduce((sum, group) => sum + group.length, 0);
    waiting = waiting.filter(({ of }) => of >= closed.inbound);
    // An owner that is ahead may have spoken before the one whose Progress this is. A restart has to read that again.
    const decisionsNext = Math.min(closed.decisions, waiting[0]?.at ?? Infinity);
    let inbound = cursor.inbound;
    while (inbound < closed.inbound) {
      const maxRecords = Math.min(limit, closed.inbound - inbound);
      const { records } = await log.read(TOPICS.inbound, partition, inbound, { maxRecords });
      if (records.length === 0) {
        throw new LogError(`${TOPICS.inbound} ${partition}:${inbound}: decided, not there`, true);
      }
      const { entries, unknown } = entriesOf(records, byOffset);
      if (entries.length === 0) throw newerInput(partition, unknown!);
      inbound = entries.at(-1)!.offset + 1;
      // In the middle, a restart reads the decisions again from where it began, and drops those of handled inputs.
      cursor = { inbound, decisions: inbound < closed.inbound ? cursor.decisions : decisionsNext };
      yield { entries, cursor };
    }
  }

  return {
    get repeats() {
      return repeats;
    },
    take,
  };
}

function decode(record: StoredRecord): DecisionEvent {
  const decoded = decisionsCodec.decode(record.value);
  if (decoded.kind === 'event') return decoded.event;
  const what = decoded.kind === 'unknown' ? `events of type ${decoded.type} are unknown here` : decoded.cause;
  throw new LogError(`${TOPICS.decisions}, offset ${record.offset}: ${what}. Upgrade the projectors.`, false);
}

/** Each once: a decider that was thrown away half-way has written some of them before. */
function groupByOffset(closed: readonly Waiting[]): ReadonlyMap<number, DecisionEvent[]> {
  const groups = new Map<number, DecisionEvent[]>();
  for (const { decision, of } of closed) {
    const group = groups.get(of);
    if (group === undefined) groups.set(of, [decision]);
    else if (!group.some((other) => other.id === decision.id)) group.push(decision);
  }
  return groups;
}

interface Entries {
  readonly entries: readonly MergedEntry[];
  /** What comes behind them, and what only a newer program understands. */
  readonly unknown?: { readonly offset: number; readonly type: string };
}

function entriesOf(records: readonly StoredRecord[], byOffset: ReadonlyMap<number, DecisionEvent[]>): Entries {
  const entries: MergedEntry[] = [];
  for (const { offset, value } of records) {
    const decoded = inboundCodec.decode(value);
    if (decoded.kind === 'unknown') return { entries, unknown: { offset, type: decoded.type } };
    const event = decoded.kind === 'event' ? decoded.event : null;
    entries.push({ offset, event, decisions: byOffset.get(offset) ?? [] });
  }
  return { entries };
}

/** A newer decider has judged it. Left out here, it would be missing in the read models for ever. */
function newerInput(partition: number, { offset, type }: NonNullable<Entries['unknown']>): LogError {
  const what = `events of type ${type} are unknown here`;
  return new LogError(`${TOPICS.inbound} ${partition}:${offset}: ${what}. Upgrade the projectors.`, false);
}

/** Everything that is there now, from a cursor on; for whoever reads history again beside the projector. */
export interface MergedSource {
  readonly partitions: number;
  /** Ends where the decider is now. Throws LogError. */
  pieces(partition: number, from: MergedCursor): AsyncGenerator<MergedPiece>;
}

const RECORDS_AT_ONCE = 2000;

export function mergedSource(log: EventLog): MergedSource {
  async function* pieces(partition: number, from: MergedCursor): AsyncGenerator<MergedPiece> {
    const stream = createMergedStream(log, partition, from);
    const { end } = await log.bounds(TOPICS.decisions, partition);
    let next = from.decisions;
    while (next < end) {
      const read = await log.read(TOPICS.decisions, partition, next, { maxRecords: RECORDS_AT_ONCE });
      next = read.next;
      yield* stream.take(read.records, RECORDS_AT_ONCE);
    }
  }
  return { partitions: log.partitions, pieces };
}
