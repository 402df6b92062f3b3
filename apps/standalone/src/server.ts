import { openEmbeddedLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import { type RunningService, closeInOrder } from '@offramp/service/process';
import type { ServerOptions } from './installation.js';

/** Opens what the apps stand on, starts them, and resolves when all partitions have caught up. */
export async function startServer(options: ServerOptions): Promise<RunningService> {
  const { dataDir, partitions, project } = options.config;
  const opened: { close(): Promise<void> }[] = [];
  const closeAll = () => closeInOrder(...opened.toReversed());
  try {
    const log = await openEmbeddedLog({ dir: dataDir, partitions });
    opened.push(log);
    // The database opens in another thread or process, and takes about as long as loading the apps does here.
    const [database, loaded] = await Promise.allSettled([
      openReadModels({ dataDir }, { scope: project }),
      import('./apps.js'),
    ]);
    if (database.status === 'fulfilled') opened.push(database.value);
    const readModels = valueOf(database);
    const apps = await valueOf(loaded).startApps(options, { log, readModels });
    return { ...apps, stop: () => apps.stop().then(closeAll) };
  } catch (error) {
    // Or the process could not be started once more on the same data.
    await closeAll();
    throw error;
  }
}

function valueOf<Value>(settled: PromiseSettledResult<Value>): Value {
  if (settled.status === 'fulfilled') return settled.value;
  throw settled.reason;
}
