import { inSchema } from './database/in-schema.js';
import { openAtRest } from './database/open-database.js';
import { OTHER_SCHEMA } from './migrations/schema.js';
import { type ParkedThreads, createParkedThreads } from './parked/parked-threads.js';
import { type RebuildStatus, statusOf } from './rebuild/status.js';

/** Read models that nobody builds at the moment, for somebody who wants to know where they are. */
export interface ReadModelsAtRest {
  rebuild(): Promise<RebuildStatus>;
  readonly parked: Pick<ParkedThreads, 'list' | 'show' | 'quarantined'>;
  close(): Promise<void>;
}

/**
 * Opens the read models of a data directory as they are: nothing is migrated, projected, or gone on with. Whoever does so owns
 * the directory. undefined: there are none yet. Throws `ReadModelsError` where they are of another version's layout.
 */
export async function openReadModelsAtRest(dataDir: string): Promise<ReadModelsAtRest | undefined> {
  const opened = await openAtRest(dataDir);
  if (opened === undefined) return undefined;
  const { database, close } = opened;
  return {
    rebuild: () => statusOf(database, inSchema(database, OTHER_SCHEMA)),
    parked: createParkedThreads(database, 'all'),
    close,
  };
}
