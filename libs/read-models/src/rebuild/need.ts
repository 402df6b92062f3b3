import type { Session } from '../database/database.js';
import { SchemaTooNew } from '../database/failure.js';
import { type RebuildState, readRebuild } from './rebuild-row.js';
import { outdated, storedVersions } from './versions.js';

/** Whether a rebuild is needed, because the live tables are not of this version of the program. */
export interface RebuildNeed {
  /** Projections that an older version has filled, or none. */
  readonly outdated: readonly string[];
  /** What is wrong and what to run, for an operator; absent: nothing is. */
  readonly words?: string;
}

export async function needOf(session: Session): Promise<RebuildNeed> {
  try {
    const names = outdated(await storedVersions(session));
    if (names.length === 0) return { outdated: [] };
    const state = (await readRebuild(session))?.state ?? 'none';
    return { outdated: names, words: `An older version has filled ${names.join(', ')}: ${NEXT[state]}.` };
  } catch (error) {
    // A newer program has swapped its tables in while this one runs.
    if (!(error instanceof SchemaTooNew)) throw error;
    return { outdated: [], words: error.message };
  }
}

const BOTH = 'run `offramp rebuild`, then `offramp rebuild --swap`';

const NEXT: Readonly<Record<RebuildState | 'none', string>> = {
  none: BOTH,
  swapped: BOTH,
  filling: 'a rebuild was begun; `offramp rebuild` goes on with it, then `offramp rebuild --swap`',
  paused: 'a rebuild is paused; run `offramp rebuild --resume`, then `offramp rebuild --swap`',
  compared: 'a rebuild is finished; run `offramp rebuild --swap`',
};
