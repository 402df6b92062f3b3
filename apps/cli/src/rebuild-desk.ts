import type { RebuildProgress } from '@offramp/read-models';
import type { Api } from './api.js';
import { askAtRest } from './at-rest.js';
import { dataDirectory, withServer } from './installation.js';
import { withOwnReadModels } from './own-read-models.js';
import { sourceOfLog } from './rebuild-source.js';
import type { Session } from './session.js';

export type { RebuildProgress } from '@offramp/read-models';

export interface StartRebuild {
  readonly projection?: string | undefined;
  readonly dropOld?: boolean | undefined;
}

/** What can be done about the rebuild of an installation. What does not fit to where it is fails with a sentence. */
export interface RebuildDesk {
  progress(): Promise<RebuildProgress>;
  /** It goes on in the background; `progress` tells. */
  start(options: StartRebuild): Promise<unknown>;
  pause(): Promise<unknown>;
  cancel(): Promise<unknown>;
  swap(): Promise<unknown>;
  rollback(): Promise<unknown>;
}

interface Use {
  readonly signal: AbortSignal;
  readonly use: (desk: RebuildDesk) => Promise<void>;
}

/** Standalone, the server does it. Distributed, this process does, beside the projectors. */
export async function withRebuildDesk(session: Session, { signal, use }: Use): Promise<void> {
  const { env } = session;
  if (env['OFFRAMP_KAFKA_BROKERS']) return withOwnDesk(session, use);
  await withServer({ directory: dataDirectory(env), env, signal }, (api) => use(ofServer(api)));
}

const NOTHING: RebuildProgress = { state: 'none', outdated: [], running: false };

/** Where the rebuild is; nobody goes on with it because somebody asks. */
export async function askWhereItIs(session: Session, signal: AbortSignal): Promise<RebuildProgress> {
  if (!session.env['OFFRAMP_KAFKA_BROKERS']) {
    return askAtRest(session, {
      signal,
      ask: (api) => ofServer(api).progress(),
      look: async (readModels) =>
        readModels === undefined ? NOTHING : { ...(await readModels.rebuild()), running: false },
    });
  }
  let progress = NOTHING;
  await withOwnDesk(session, async (desk) => {
    progress = await desk.progress();
  });
  return progress;
}

function ofServer(api: Api): RebuildDesk {
  const post = async (path: string, body: unknown = {}) => void (await api.post(`/admin/v1/rebuild${path}`, body));
  return {
    progress: () => api.get<RebuildProgress>('/admin/v1/rebuild'),
    start: (options) => post('', options),
    pause: () => post('/pause'),
    cancel: () => post('/cancel'),
    swap: () => post('/swap'),
    rollback: () => post('/rollback'),
  };
}

async function withOwnDesk(session: Session, use: Use['use']): Promise<void> {
  const { createRebuildRunner } = await import('@offramp/read-models');
  await withOwnReadModels(session, async ({ readModels, log }) => {
    const runner = createRebuildRunner(readModels.rebuilds, sourceOfLog(await log(), session.env));
    try {
      await use(runner);
    } finally {
      await runner.stop();
    }
  });
}
