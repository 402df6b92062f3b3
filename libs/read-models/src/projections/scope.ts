import { INBOUND_TYPES } from '@offramp/events';
import type { Entry } from '../projection/entry.js';
import { NO_ROWS, type Projection } from '../projection/projection.js';
import type { Rows } from '../projection/rows.js';
import { threads } from './threads-table.js';

/**
 * What the read models hold. `all`: every message. `decisions`: threads from the first message on about which the decider said
 * anything, so that rows are in proportion to trouble and not to traffic; what is not a message is always there.
 */
export type ProjectionScope = 'all' | 'decisions';

/**
 * The same projection over what is in scope. Once a thread has a row its messages are taken whether the decider speaks or not:
 * a line with gaps would fall into pieces, and a calm turn could not be told from a missing one.
 */
export function within<Of extends Projection>(scope: ProjectionScope, projection: Of): Of {
  if (scope === 'all') return projection;
  return {
    ...projection,
    rounds: projection.rounds?.map((ask, round): typeof ask => {
      // The first round asks for the thread, which is what tells.
      if (round === 0) return ask;
      return (entry, rows, wanted) => {
        if (!isOfNoInterest(entry, rows)) ask(entry, rows, wanted);
      };
    }),
    evolve: (entry, rows, context) => (isOfNoInterest(entry, rows) ? NO_ROWS : projection.evolve(entry, rows, context)),
  };
}

function isOfNoInterest({ event, decisions }: Entry, rows: Rows): boolean {
  if (event?.type !== INBOUND_TYPES.MessagePosted || decisions.length > 0) return false;
  return rows.get(threads, event.source, event.subject) === undefined;
}
