import { openReadModels } from '@offramp/read-models';
import { requireDatabase, runApp } from '@offramp/service';
import { ConsoleModule } from './console.module.js';

process.exit(
  await runApp(process.env, {
    name: 'console',
    port: 8423,
    open: async ({ config }) => {
      const readModels = await openReadModels(requireDatabase(config));
      return { module: ConsoleModule.forRoot(readModels), close: () => readModels.close() };
    },
  }),
);
