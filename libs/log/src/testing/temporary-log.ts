import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedLogOptions, openEmbeddedLog } from '../embedded/embedded-log.js';
import type { EventLog } from '../event-log.js';

export interface TemporaryLog {
  readonly log: EventLog;
  readonly dir: string;
  /** Closes the log and opens it again, as a restart would; `log` is the new one from then on. */
  reopen(options?: Omit<EmbeddedLogOptions, 'dir'>): Promise<EventLog>;
  /** Closes the log and removes its directory. */
  destroy(): Promise<void>;
}

export interface TemporaryLogOptions extends Omit<EmbeddedLogOptions, 'dir'> {
  /** Where to make its directory. Default: where the operating system wants temporary files. */
  readonly parent?: string;
}

/** A real embedded log in a directory of its own, for tests and benchmarks. Two partitions unless told otherwise. */
export async function openTemporaryLog({
  parent = tmpdir(),
  ...options
}: TemporaryLogOptions = {}): Promise<TemporaryLog> {
  const dir = await mkdtemp(join(parent, 'offramp-log-'));
  let log = await openEmbeddedLog({ partitions: 2, ...options, dir });
  return {
    get log() {
      return log;
    },
    dir,
    async reopen(changed = options) {
      await log.close();
      log = await openEmbeddedLog({ ...changed, dir });
      return log;
    },
    async destroy() {
      await log.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
