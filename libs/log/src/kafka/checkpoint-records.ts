import type { Progress } from '../event-log.js';
import type { RecordToSend } from './partition-sender.js';
import type { RawRecord } from './record-batches.js';

/*
 * What stands on facts.v1. A fact's key and value are those of `facts/fact-codec.ts`; its position is part of its key, so
 * compaction keeps every fact. The other keys begin with a byte that no fact's key begins with:
 *
 *   254  instance   progress of one owner, JSON. The greatest of all owners counts: a stale one may write later than a new one
 *   253             the horizon, JSON: how far expired facts were deleted
 */

const PROGRESS = 254;
const HORIZON = 253;

/** How far deletion has come. A fold that went on from below it would miss facts. */
export interface Horizon {
  /** The greatest position of a fact that was deleted. */
  readonly at: number;
  /** Partition time, ms. */
  readonly time: number;
}

export function progressRecord(instance: string, progress: Progress | null): RecordToSend {
  const key = Buffer.concat([Buffer.of(PROGRESS), Buffer.from(instance)]);
  return { key, value: progress === null ? null : Buffer.from(JSON.stringify(progress)) };
}

export function horizonRecord(horizon: Horizon): RecordToSend {
  return { key: Buffer.of(HORIZON), value: Buffer.from(JSON.stringify(horizon)) };
}

export type CheckpointRecord =
  | { readonly kind: 'fact'; readonly key: Buffer; readonly value: Buffer | null }
  | { readonly kind: 'progress'; readonly instance: string; readonly progress: Progress | null }
  | { readonly kind: 'horizon'; readonly horizon: Horizon };

/** undefined: a record without a key, which nobody of us wrote. */
export function readCheckpointRecord({ rawKey: key, rawValue: value }: RawRecord): CheckpointRecord | undefined {
  if (key === null || key.length === 0) return undefined;
  if (key[0] === PROGRESS) {
    const progress = value === null ? null : (JSON.parse(value.toString()) as Progress);
    return { kind: 'progress', instance: key.toString('utf8', 1), progress };
  }
  if (key[0] !== HORIZON) return { kind: 'fact', key, value };
  return value === null ? undefined : { kind: 'horizon', horizon: JSON.parse(value.toString()) as Horizon };
}
