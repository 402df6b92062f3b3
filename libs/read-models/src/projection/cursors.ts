import type { Session } from '../database/database.js';
import type { Cursor } from './entry.js';

/** `events`: inbound.v1 with its decisions; `content`: content.v1, where `decisions` stays 0. */
export type Stream = 'events' | 'content';

/** A cursor with who owns it and partition time (ms since 1970). */
export interface StoredCursor extends Cursor {
  readonly epoch: number;
  readonly timeMs: number;
}

export const CLAIM_SQL = `
INSERT INTO offramp_v1.cursors AS c (stream, log_partition, epoch, next_offset, next_decision, time_ms)
VALUES ($1, $2, 1, 0, 0, 0)
ON CONFLICT (stream, log_partition) DO UPDATE SET epoch = c.epoch + 1
RETURNING epoch, next_offset, next_decision, time_ms`;

export const CURSOR_SQL = `
SELECT epoch, next_offset, next_decision, time_ms FROM offramp_v1.cursors WHERE stream = $1 AND log_partition = $2`;

/** Moves the cursor only where it still stands where the batch was computed from, and the owner is the same. */
export const MOVE_SQL = `
UPDATE offramp_v1.cursors SET next_offset = $5, next_decision = $6, time_ms = $7
WHERE stream = $1 AND log_partition = $2 AND epoch = $3 AND next_offset = $4`;

export const POSITIONS_SQL = `
SELECT log_partition, next_offset FROM offramp_v1.cursors WHERE stream = 'events' ORDER BY log_partition`;

/** Makes the caller the owner: batches of the owner before change nothing from here on. */
export async function claimCursor(session: Session, stream: Stream, partition: number): Promise<StoredCursor> {
  const [row] = await session.raw(CLAIM_SQL, [stream, partition]);
  return cursorOf(row!);
}

export async function readCursor(session: Session, stream: Stream, partition: number): Promise<StoredCursor> {
  const [row] = await session.raw(CURSOR_SQL, [stream, partition]);
  return row === undefined ? { epoch: 0, inbound: 0, decisions: 0, timeMs: 0 } : cursorOf(row);
}

export interface Move {
  readonly stream: Stream;
  readonly partition: number;
  readonly from: StoredCursor;
  readonly to: Cursor & { readonly timeMs: number };
}

/** Whether the cursor was moved. False: somebody else moved it, or owns it. */
export async function moveCursor(session: Session, { stream, partition, from, to }: Move): Promise<boolean> {
  const moved = await session.run(MOVE_SQL, [
    stream,
    partition,
    from.epoch,
    from.inbound,
    to.inbound,
    to.decisions,
    to.timeMs,
  ]);
  return moved === 1;
}

/** The offset of the next input of each partition. */
export async function readPositions(session: Session): Promise<Map<number, number>> {
  const rows = await session.raw(POSITIONS_SQL);
  return new Map(rows.map(([partition, next]) => [Number(partition), Number(next)]));
}

export function cursorOf([epoch, inbound, decisions, timeMs]: readonly (string | null)[]): StoredCursor {
  return { epoch: Number(epoch), inbound: Number(inbound), decisions: Number(decisions), timeMs: Number(timeMs) };
}
