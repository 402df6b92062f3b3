import type { ReadModels } from '@offramp/read-models';

/** What the console reads: a `ConsoleReadModels`. */
export const READ_MODELS = Symbol('ReadModels');

/** The side of the read models that asks. Whoever opened them closes them, after the app. */
export type ConsoleReadModels = Pick<ReadModels, 'queries' | 'positions' | 'parked'>;
