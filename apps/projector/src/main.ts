import { openReadModels } from '@offramp/read-models';
import { requireDatabase, runApp } from '@offramp/service';
import { ProjectorModule } from './projector.module.js';

process.exit(
  await runApp(process.env, {
    name: 'projector',
    port: 8422,
    open: async ({ config }) => {
      const readModels = await openReadModels(requireDatabase(config), { scope: config.project });
      return { module: ProjectorModule.forRoot(readModels), close: () => readModels.close() };
    },
  }),
);
