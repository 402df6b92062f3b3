import { openTemporaryLog } from '@offramp/log';
import type { ReadModels } from '@offramp/read-models';
import { OpenApi, createHttpApp, createLogger, parseConfig } from '@offramp/service';
import { INFO } from './apps.js';
import { metricsTable } from './metrics-table.js';
import { StandaloneModule } from './standalone.module.js';

/** The version of the contract, as the reference names it. */
const VERSION = '0.1.0';

/** What the whole server has to say in `docs/reference/`, by path; `npm run generate` writes it. */
export async function reference(): Promise<Readonly<Record<string, string>>> {
  return {
    'openapi.json': `${JSON.stringify(await openApiDocument(), null, 2)}\n`,
    'metrics.md': await metricsTable(),
  };
}

/** Of all apps together, as a running server answers it at `/openapi.json`: composed and never started. */
export async function openApiDocument(): Promise<Awaited<ReturnType<OpenApi['document']>>> {
  const temporary = await openTemporaryLog();
  try {
    const { config } = parseConfig({});
    const logger = createLogger('silent');
    const installation = { version: VERSION, dataDir: '', token: '', startedAt: '', requestStop: () => undefined };
    // Nothing is asked of the read models before the app starts, and opening them would take seconds.
    const readModels = {} as ReadModels;
    const module = StandaloneModule.forRoot({ config, log: temporary.log, logger, installation, readModels });
    const app = await createHttpApp(module, { logger, info: { ...INFO, version: VERSION } });
    return await app.get(OpenApi).document();
  } finally {
    await temporary.destroy();
  }
}
