import { type EventLog, LogError } from '@offramp/log';
import type { ReadModels } from '@offramp/read-models';
import { ConfigError, parseConfig, requireDatabase } from '@offramp/service/process';
import { badUsage, unavailable } from './exits.js';
import { openOwnLog } from './own-log.js';
import type { Session } from './session.js';

export interface Own {
  readonly readModels: ReadModels;
  /** Opens the log; it is closed with the rest. */
  log(): Promise<EventLog>;
}

/** A rebuild holds up to six at a time: a lock, a snapshot, and two for each of two partitions. */
const CONNECTIONS_MIN = 6;

/** The read models of the distributed mode, opened by this process, beside the projectors. */
export async function withOwnReadModels(session: Session, use: (own: Own) => Promise<void>): Promise<void> {
  // Only here: the drivers of the database take as long to load as the rest of the command line.
  const { RebuildRefused, ReadModelsError, openReadModels } = await import('@offramp/read-models');
  try {
    const { config } = parseConfig(session.env);
    const { url, connections = 0 } = requireDatabase(config);
    const place = { url, connections: Math.max(connections, CONNECTIONS_MIN) };
    const readModels = await openReadModels(place, { scope: config.project });
    let log: EventLog | undefined;
    try {
      await use({ readModels, log: async () => (log ??= await openOwnLog(session)) });
    } finally {
      await log?.close();
      await readModels.close();
    }
  } catch (error) {
    if (error instanceof RebuildRefused || error instanceof ConfigError) throw badUsage(error.message);
    if (error instanceof ReadModelsError || error instanceof LogError) throw unavailable(error.message, error);
    throw error;
  }
}
