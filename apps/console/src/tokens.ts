import type { ReadModels } from '@offramp/read-models';

/** What the console reads: a `ConsoleReadModels`. */
export const READ_MODELS = Symbol('ReadModels');

/** The side of the read models that asks, and whether a rebuild is needed. Whoever opened them closes them, after the app. */
export type ConsoleReadModels = Pick<ReadModels, 'queries' | 'positions' | 'parked'> & {
  readonly rebuilds: Pick<ReadModels['rebuilds'], 'need'>;
};
