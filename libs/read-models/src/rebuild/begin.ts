import type { Database, Session } from '../database/database.js';
import { OTHER_SCHEMA } from '../migrations/schema.js';
import { REBUILT_TABLES, createOtherTables } from './other-tables.js';
import { type RebuildRow, readRebuild } from './rebuild-row.js';
import { DELETE_SQL, NEW_SQL, TAKE_SQL } from './rebuild-sql.js';
import { refuse } from './refused.js';
import { outdated, storedVersions } from './versions.js';

export interface RunOptions {
  /** Compares and swaps only the table of this projection; absent: all. */
  readonly projection?: string | undefined;
  /** Allows it to drop the tables that a rollback would need. */
  readonly dropOld?: boolean | undefined;
  /** Ends it after its present step, as a kill does. */
  readonly signal?: AbortSignal | undefined;
  /** Called when it is under way: what is refused was refused before. */
  readonly begun?: (() => void) | undefined;
}

/** Makes `owner` the one who works on the rebuild, a new one where there is none. Returns its projection; null: all. */
export function beginRebuild(database: Database, owner: string, options: RunOptions): Promise<string | null> {
  return database.transaction(async (session) => {
    const row = await readRebuild(session);
    return row === undefined || (row.state === 'swapped' && options.dropOld === true)
      ? createRebuild(session, owner, options)
      : takeOver(session, owner, { row, options });
  });
}

async function createRebuild(session: Session, owner: string, { projection }: RunOptions): Promise<string | null> {
  if (projection !== undefined && !REBUILT_TABLES.includes(projection)) {
    refuse(`There is no projection ${projection}; there are ${REBUILT_TABLES.join(', ')}`);
  }
  await createOtherTables(session);
  await session.run(DELETE_SQL);
  await session.run(NEW_SQL, [projection ?? null, owner]);
  return projection ?? null;
}

interface There {
  readonly row: RebuildRow;
  readonly options: RunOptions;
}

async function takeOver(session: Session, owner: string, { row, options }: There): Promise<string | null> {
  if (row.state === 'swapped') refuse('A new rebuild drops the tables that were live before the last swap');
  if (options.projection !== undefined && options.projection !== row.projection) {
    refuse(`A rebuild of ${row.projection ?? 'all projections'} is under way; cancel it first`);
  }
  if (outdated(await storedVersions(session, OTHER_SCHEMA)).length > 0) {
    refuse('An older version has begun this rebuild, and would have filled the tables otherwise; cancel it first');
  }
  await session.run(TAKE_SQL, [owner]);
  return row.projection;
}
