import { rules } from '@offramp/assess';
import { openQueries } from '@offramp/read-models';
import { requireDatabase, runApp } from '@offramp/service';
import { decisionFinder } from './find-decision.js';
import { IngestModule } from './ingest.module.js';

process.exit(
  await runApp(process.env, {
    name: 'ingest',
    port: 8420,
    open: ({ config }) => {
      // Asked when somebody reviews a decision, and never before: messages are taken whether the database is there or not.
      const readModels = openQueries(requireDatabase(config));
      const assessor = config.assessor === 'rules' ? rules : undefined;
      return Promise.resolve({
        module: IngestModule.forRoot({
          assessor,
          findDecision: decisionFinder(readModels),
          databaseClock: () => readModels.clock(),
        }),
        close: () => readModels.close(),
      });
    },
  }),
);
