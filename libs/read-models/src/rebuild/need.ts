import type { Session } from '../database/database.js';
import { SchemaTooNew } from '../database/failure.js';
import { type RebuildState, readRebuild } from './rebuild-row.js';
import { type Versions, WITHOUT_A_POLICY, outdated, storedVersions } from './versions.js';

/** Whether a rebuild is needed, because the live tables do not hold what this program would fill them with. */
export interface RebuildNeed {
  /** Projections that have to be filled anew, or none. */
  readonly outdated: readonly string[];
  /** What is wrong and what to run, for an operator; absent: nothing is. */
  readonly words?: string;
}

export async function needOf(session: Session): Promise<RebuildNeed> {
  try {
    const stored = await storedVersions(session);
    const names = outdated(stored);
    if (names.length === 0) return { outdated: [] };
    const state = (await readRebuild(session))?.state ?? 'none';
    return { outdated: names, words: `${causeOf(stored, names)}: ${NEXT[state]}.` };
  } catch (error) {
    // A newer program has swapped its tables in while this one runs.
    if (!(error instanceof SchemaTooNew)) throw error;
    return { outdated: [], words: error.message };
  }
}

function causeOf(stored: Versions, names: readonly string[]): string {
  const isOfAPolicy = names.some((name) => stored.get(name) === WITHOUT_A_POLICY);
  if (!isOfAPolicy) return `An older version has filled ${names.join(', ')}`;
  return 'A policy could not be projected when it was activated, so that what came after it was taken for that of another one';
}

const BOTH = 'run `offramp rebuild`, then `offramp rebuild --swap`';

const NEXT: Readonly<Record<RebuildState | 'none', string>> = {
  none: BOTH,
  swapped: BOTH,
  filling: 'a rebuild was begun; `offramp rebuild` goes on with it, then `offramp rebuild --swap`',
  paused: 'a rebuild is paused; run `offramp rebuild --resume`, then `offramp rebuild --swap`',
  compared: 'a rebuild is finished; run `offramp rebuild --swap`',
};
