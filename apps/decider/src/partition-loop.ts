import {
  type Decoded,
  type DecisionEvent,
  type InboundEvent,
  TOPICS,
  decisionsCodec,
  inboundCodec,
  threadKey,
} from '@offramp/events';
import { type Handled, type PartitionFold, createPartitionFold } from '@offramp/ladder';
import {
  type EventLog,
  LogError,
  type NewRecord,
  type PartitionState,
  type StoredRecord,
  passFailPoint,
} from '@offramp/log';
import { RecentWindow } from './recent-window.js';

/*
 * The decider's shell around the pure fold, one for each partition: a batch in, decisions and facts out, ending in Progress.
 * Whatever fails, the loop is thrown away and opened again from its progress; handling a position twice writes the same.
 */

/** Facts are deleted only this far behind progress, beyond anything that a slower owner could still be working on. */
const SWEEP_BEHIND = 1_000_000;
const SWEEP_EVERY_BATCHES = 1000;
const SWEEP_LIMIT = 1000;

/** The partition holds something that only a newer program can judge. Skipping it would lose what that one will count. */
export class PartitionStopped extends LogError {
  constructor(
    partition: number,
    readonly handledTo: number,
    reason: string,
  ) {
    super(`${TOPICS.inbound} ${partition}:${handledTo}: ${reason}. Upgrade the deciders; nothing was skipped.`, false);
  }
}

export interface PartitionLoop {
  /** The offset of the next input. */
  readonly next: number;
  /** Decides the records, in order, and resolves when decisions, facts and progress are durable. Throws LogError. */
  handle(records: readonly StoredRecord[]): Promise<BatchResult>;
  close(): Promise<void>;
}

export interface BatchResult {
  readonly next: number;
  /** By their types, Progress aside. */
  readonly decisions: readonly DecisionEvent['type'][];
  readonly quarantined: number;
  /** Records that were handled before. */
  readonly repeats: number;
}

export async function openPartitionLoop(log: EventLog, partition: number): Promise<PartitionLoop> {
  const state = await log.openState(partition);
  try {
    const next = (state.progress?.offset ?? -1) + 1;
    const recent = new RecentWindow(log, partition);
    const fold = createPartitionFold({ partition, facts: state.facts, time: state.progress?.time, recent });
    return partitionLoop({ state, fold, recent }, next);
  } catch (error) {
    await state.close();
    throw error;
  }
}

interface LoopParts {
  readonly state: PartitionState;
  readonly fold: PartitionFold;
  readonly recent: RecentWindow;
}

function partitionLoop({ state, fold, recent }: LoopParts, first: number): PartitionLoop {
  const { partition } = state;
  let next = first;
  let batches = 0;

  async function handle(records: readonly StoredRecord[]): Promise<BatchResult> {
    passFailPoint('after-read');
    const before = next;
    const decisions: DecisionEvent[] = [];
    let quarantined = 0;
    let repeats = 0;
    let stopped: PartitionStopped | undefined;
    for (const record of records) {
      // A record that was handled before the batch was cut short by a retry.
      if (record.offset < next) {
        repeats++;
        continue;
      }
      const decoded = inboundCodec.decode(record.value);
      if (decoded.kind === 'event' && !recent.isReadyFor(decoded.event)) await recent.read(record.offset);
      const handled = decide(fold, record.offset, decoded);
      if (handled.kind === 'stopped') {
        stopped = new PartitionStopped(partition, record.offset, handled.reason);
        break;
      }
      if (handled.quarantined) quarantined++;
      for (const decision of handled.decisions) decisions.push(decision);
      next = record.offset + 1;
    }
    if (next > before) await commit(decisions);
    // What came before the record is decided and stored; only then does the partition stop.
    if (stopped !== undefined) throw stopped;
    return { next, decisions: decisions.map(({ type }) => type), quarantined, repeats };
  }

  async function commit(decisions: readonly DecisionEvent[]): Promise<void> {
    passFailPoint('after-fold');
    const progress = fold.progress(next - 1);
    await state.commit({
      decisions: [...decisions, progress].map(toRecord),
      facts: fold.unstored,
      progress: { offset: next - 1, time: fold.time },
    });
    fold.stored();
    if (++batches % SWEEP_EVERY_BATCHES === 0) await state.sweep(fold.time, next - SWEEP_BEHIND, SWEEP_LIMIT);
  }

  return {
    get next() {
      return next;
    },
    handle,
    close: () => state.close(),
  };
}

type Decided = Handled & { readonly quarantined?: boolean };

function decide(fold: PartitionFold, offset: number, decoded: Decoded<InboundEvent>): Decided {
  switch (decoded.kind) {
    case 'event':
      return fold.handle(offset, decoded.event);
    case 'unknown':
      return { kind: 'stopped', reason: `events of type ${decoded.type} are unknown here` };
    case 'undecodable':
      return { ...fold.quarantine(offset, decoded.cause), quarantined: true };
  }
}

function toRecord(decision: DecisionEvent): NewRecord {
  const key = decision.subject === '' ? '' : threadKey(decision.source, decision.subject);
  return { key, value: decisionsCodec.encode(decision) };
}
