import { ReadModelsError } from '../database/failure.js';

/** What was asked for does not fit to where the rebuild is; the message says what would. */
export class RebuildRefused extends ReadModelsError {
  constructor(message: string) {
    super(message, false);
  }
}

export function refuse(message: string): never {
  throw new RebuildRefused(message);
}

/** Somebody else goes on with this rebuild. */
export class RebuildTaken extends ReadModelsError {
  constructor() {
    super('Another process has taken the rebuild over', false);
  }
}
