import { type InboundEvent, decisionsCodec, inboundCodec, threadKey } from '@offramp/events';
import { createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';

/** A record as the verifier reads it. */
export interface LogRecord {
  offset: number;
  key: string;
  value: string;
}

/** Both topics of one partition. */
export interface DecidedHistory {
  readonly partition: number;
  inbound: LogRecord[];
  decisions: LogRecord[];
}

export interface DecideOptions {
  /** Inputs of a batch; each ends in Progress. */
  readonly batch?: number;
  readonly recentPositions?: number;
}

/** What the product's own decider makes of these inputs on partition 0, as it stands on the topics. */
export function decide(events: readonly InboundEvent[], options: DecideOptions = {}): DecidedHistory {
  const { batch = 3, recentPositions } = options;
  const fold = createPartitionFold({
    partition: 0,
    facts: createMemoryFacts(),
    recent: createRecentIds(recentPositions),
  });
  const values: string[] = [];
  for (const [offset, event] of events.entries()) {
    const handled = fold.handle(offset, event);
    if (handled.kind !== 'decided') throw new Error(handled.reason);
    values.push(...handled.decisions.map((decision) => decisionsCodec.encode(decision).toString()));
    const isLast = offset === events.length - 1;
    if (isLast || offset % batch === batch - 1) values.push(decisionsCodec.encode(fold.progress(offset)).toString());
  }
  const keyed = ({ source, subject }: { source: string; subject: string }) =>
    subject === '' ? '' : threadKey(source, subject);
  return {
    partition: 0,
    inbound: events.map((event, offset) => {
      return { offset, key: keyed(event), value: inboundCodec.encode(event).toString() };
    }),
    decisions: numbered(values),
  };
}

export function numbered(values: readonly string[]): LogRecord[] {
  return values.map((value, offset) => {
    const { source, subject } = JSON.parse(value) as { source: string; subject: string };
    return { offset, key: subject === '' ? '' : threadKey(source, subject), value };
  });
}
