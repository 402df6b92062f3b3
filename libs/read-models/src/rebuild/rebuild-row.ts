import type { Session } from '../database/database.js';
import { type StoredCursor, cursorOf } from '../projection/cursors.js';
import type { ComparedTable } from './compare.js';
import { ALL_CURSORS_SQL, ROW_SQL } from './rebuild-sql.js';

/**
 * `filling`: somebody works on it, or was killed while doing so. `compared`: it can be swapped. `swapped`: the tables that were
 * live before stand beside, for a rollback; after that it is `compared` again.
 */
export type RebuildState = 'filling' | 'paused' | 'compared' | 'swapped';

/** The one rebuild that there is. */
export interface RebuildRow {
  readonly state: RebuildState;
  /** null: all projections. */
  readonly projection: string | null;
  /** Who works on it, or did last. A later one takes it over. */
  readonly owner: string;
  /** Folded so far. */
  readonly events: number;
  /** Events a second, of whoever worked on it last. */
  readonly rate: number | null;
  readonly startedAt: Date;
  readonly updatedAt: Date;
  readonly report: readonly ComparedTable[] | null;
}

export async function readRebuild(session: Session): Promise<RebuildRow | undefined> {
  return (await session.query<RebuildRow>(ROW_SQL))[0];
}

/** Where it is, for whoever asked for something that does not fit to it. */
export function whereItIs(row: RebuildRow | undefined): string {
  if (row === undefined) return 'There is no rebuild';
  switch (row.state) {
    case 'filling':
      return 'The rebuild is under way: nothing was compared yet';
    case 'paused':
      return 'The rebuild is paused: nothing was compared yet';
    case 'compared':
      return 'The rebuild is finished and compared, and was not swapped';
    case 'swapped':
      return 'The rebuilt tables are live already';
  }
}

/** Partition → how far it is projected. */
export async function readCursors(session: Session): Promise<ReadonlyMap<number, StoredCursor>> {
  const rows = await session.raw(ALL_CURSORS_SQL);
  return new Map(rows.map(([partition, ...cursor]) => [Number(partition), cursorOf(cursor)]));
}
