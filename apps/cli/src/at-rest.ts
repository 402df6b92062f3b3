import type { ReadModelsAtRest } from '@offramp/read-models';
import type { Api } from './api.js';
import { unavailable } from './exits.js';
import { dataDirectory, lookInto } from './installation.js';
import type { Session } from './session.js';

export interface Question<T> {
  /** Of the server that runs. */
  readonly ask: (api: Api) => Promise<T>;
  /** Of the data directory, where none runs; undefined: there are no read models yet. */
  readonly look: (readModels: ReadModelsAtRest | undefined) => Promise<T>;
  readonly signal: AbortSignal;
}

/** Where the read models of a standalone installation are, without bringing anything up to date. */
export function askAtRest<T>({ env }: Session, { ask, look, signal }: Question<T>): Promise<T> {
  const directory = dataDirectory(env);
  return lookInto({ directory, signal }, { ask, alone: () => looked(directory, look) });
}

async function looked<T>(directory: string, look: Question<T>['look']): Promise<T> {
  const { ReadModelsError, openReadModelsAtRest } = await import('@offramp/read-models');
  try {
    const readModels = await openReadModelsAtRest(directory);
    try {
      return await look(readModels);
    } finally {
      await readModels?.close();
    }
  } catch (error) {
    if (error instanceof ReadModelsError) throw unavailable(`${error.message}.`, error);
    throw error;
  }
}
