import { DECISION_TYPES, TOPICS, decisionsCodec, parsePosition } from '@offramp/events';
import type { EventLog } from '@offramp/log';
import type { Positions } from '@offramp/read-models';

/** How far one partition is; numbers are the offsets that come next. */
export interface PartitionProgress {
  readonly partition: number;
  /** End of `inbound.v1`: acknowledged. */
  readonly inbound: number;
  /** Inputs before it are decided. */
  readonly decided: number;
  /** End of `decisions.v1`. */
  readonly decisions: number;
  /** Inputs before it are projected. */
  readonly projected: number;
}

export async function logProgress(log: EventLog, readModels: Positions): Promise<PartitionProgress[]> {
  // Before the log: what is projected was decided before.
  const projected = await readModels.current();
  const partitions = Array.from({ length: log.partitions }, (_, partition) => partition);
  return Promise.all(
    partitions.map(async (partition) => ({
      ...(await progressOf(log, partition)),
      projected: (projected.get(partition) ?? -1) + 1,
    })),
  );
}

async function progressOf(log: EventLog, partition: number): Promise<Omit<PartitionProgress, 'projected'>> {
  // Decisions first: what is decided was acknowledged before.
  const { end: decisions } = await log.bounds(TOPICS.decisions, partition);
  const decided = await decidedBefore(log, partition, decisions);
  const { end: inbound } = await log.bounds(TOPICS.inbound, partition);
  return { partition, inbound, decided, decisions };
}

/** Every batch of the decider ends in Progress, so the last record says how far it is. */
async function decidedBefore(log: EventLog, partition: number, end: number): Promise<number> {
  if (end === 0) return 0;
  const { records } = await log.read(TOPICS.decisions, partition, end - 1, { maxRecords: 1 });
  const decoded = records[0] === undefined ? undefined : decisionsCodec.decode(records[0].value);
  if (decoded?.kind !== 'event' || decoded.event.type !== DECISION_TYPES.Progress) return 0;
  return parsePosition(decoded.event.data.position).offset + 1;
}
