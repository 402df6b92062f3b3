import { lockDirectory, runApp } from '@offramp/service';
import { DeciderModule } from './decider.module.js';

process.exit(
  await runApp(process.env, {
    name: 'decider',
    port: 8421,
    // The local stores of its partitions have one writer.
    open: ({ config }) => {
      const lock = lockDirectory(config.dataDir);
      return Promise.resolve({ module: DeciderModule, close: () => Promise.resolve(lock.release()) });
    },
  }),
);
