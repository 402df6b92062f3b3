import type { Database, Session } from '../database/database.js';
import { isPoison } from './poison.js';

/** What waits is worked off in transactions of so many, where none of them fails. */
const PIECE_MAX = 500;

export interface WorkedOff {
  readonly handled: number;
  /** Why the first that waits still could not be handled. */
  readonly failure?: unknown;
}

/** `some` handles so many of the first that wait and returns how many there were; none: nothing waits any more. */
export async function inPieces(
  database: Database,
  some: (session: Session, size: number) => Promise<number>,
): Promise<WorkedOff> {
  let handled = 0;
  let size = PIECE_MAX;
  for (;;) {
    try {
      const done = await database.transaction((session) => some(session, size));
      handled += done;
      if (done === 0) return { handled };
    } catch (failure) {
      if (!isPoison(failure)) throw failure;
      if (size === 1) return { handled, failure };
      size = size >> 1;
    }
  }
}
