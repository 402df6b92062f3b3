import { DECISION_TYPES, TOPICS, decisionsCodec, inboundCodec, position } from '@offramp/events';
import { createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';
import type { EventLog, StoredRecord } from '@offramp/log';

/** What one partition says, and what it should say. */
export interface PartitionHistory {
  /** Event id → positions on `inbound.v1`. */
  readonly messages: ReadonlyMap<string, ReadonlySet<string>>;
  /** The bytes on `decisions.v1`, in order, Progress aside. */
  readonly decisions: readonly string[];
  /** The bytes that a fold of `inbound.v1` in memory gives, from the beginning. */
  readonly folded: readonly string[];
  readonly decisionIds: readonly string[];
  /** Whether Progress covers all inputs. */
  readonly complete: boolean;
}

export async function foldAgain(log: EventLog, partition: number): Promise<PartitionHistory> {
  const messages = new Map<string, Set<string>>();
  const folded: string[] = [];
  const facts = createMemoryFacts();
  const fold = createPartitionFold({ partition, facts, recent: createRecentIds() });
  let last = -1;
  for await (const { offset, value } of recordsOf(log, TOPICS.inbound, partition)) {
    const decoded = inboundCodec.decode(value);
    if (decoded.kind !== 'event') throw new Error(`${partition}:${offset} is not an event`);
    const { id } = decoded.event;
    messages.set(id, (messages.get(id) ?? new Set()).add(position(partition, offset)));
    const handled = fold.handle(offset, decoded.event);
    if (handled.kind !== 'decided') throw new Error(`${partition}:${offset}: ${handled.reason}`);
    for (const decision of handled.decisions) folded.push(decisionsCodec.encode(decision).toString('utf8'));
    last = offset;
  }
  return { messages, folded, ...(await decisionsOf(log, partition, last)) };
}

async function decisionsOf(log: EventLog, partition: number, last: number) {
  const decisions: string[] = [];
  const decisionIds: string[] = [];
  let complete = last === -1;
  for await (const { offset, value } of recordsOf(log, TOPICS.decisions, partition)) {
    const decoded = decisionsCodec.decode(value);
    if (decoded.kind !== 'event') throw new Error(`decision ${partition}:${offset} is not an event`);
    if (decoded.event.type === DECISION_TYPES.Progress) {
      complete = decoded.event.data.position === position(partition, last);
      continue;
    }
    decisions.push(value.toString('utf8'));
    decisionIds.push(decoded.event.id);
  }
  return { decisions, decisionIds, complete };
}

async function* recordsOf(
  log: EventLog,
  topic: typeof TOPICS.inbound | typeof TOPICS.decisions,
  partition: number,
): AsyncGenerator<StoredRecord> {
  let from = 0;
  for (;;) {
    const { records, next } = await log.read(topic, partition, from);
    if (records.length === 0) return;
    yield* records;
    from = next;
  }
}
