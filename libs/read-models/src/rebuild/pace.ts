import type { Transaction } from '../database/database.js';
import { ReadModelsError } from '../database/failure.js';
import { RebuildTaken } from './refused.js';
import type { RebuildState } from './rebuild-row.js';
import { STEP_SQL } from './rebuild-sql.js';

/** Memory that all threads of one rebuild share: whether they are to stop, and how many events were folded in all. */
export interface SharedPace {
  readonly memory: SharedArrayBuffer;
  readonly startedMs: number;
}

export interface Pace {
  stop(): void;
  goOn(): void;
  readonly isStopped: boolean;
  /** Counts events. Returns how many were folded a second since the beginning; null where none came. */
  count(events: number): number | null;
}

const EVENTS_AT = 8;

export function newPace(): SharedPace {
  return { memory: new SharedArrayBuffer(EVENTS_AT + 8), startedMs: Date.now() };
}

export function paceOver({ memory, startedMs }: SharedPace): Pace {
  const stopped = new Int32Array(memory, 0, 1);
  const folded = new BigInt64Array(memory, EVENTS_AT, 1);
  return {
    stop: () => void Atomics.store(stopped, 0, 1),
    goOn: () => void Atomics.store(stopped, 0, 0),
    get isStopped() {
      return Atomics.load(stopped, 0) === 1;
    },
    count(events) {
      if (events === 0) return null;
      const all = Number(Atomics.add(folded, 0, BigInt(events))) + events;
      return (all * 1000) / Math.max(1, Date.now() - startedMs);
    },
  };
}

/** Who works on a rebuild, and while it is in which state. */
export interface Working {
  readonly owner: string;
  readonly state: RebuildState;
}

/** Called at the end of each transaction; throws where the rebuild was paused, cancelled, taken over or stopped. */
export type Guard = (session: Transaction, events: number) => Promise<void>;

export function createGuard(pace: Pace, { owner, state }: Working): Guard {
  return async (session, events) => {
    if (pace.isStopped) throw new ReadModelsError('The rebuild was stopped', true);
    if ((await session.run(STEP_SQL, [owner, state, events, pace.count(events)])) !== 1) throw new RebuildTaken();
  };
}
