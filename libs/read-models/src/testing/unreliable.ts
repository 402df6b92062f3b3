import type { Database } from '../database/database.js';
import { ReadModelsError } from '../database/failure.js';

/** What becomes of a transaction whose caller is not told. */
export type Loss = 'before the commit' | 'after the commit';

/** A database that fails on demand, as a connection does that breaks around a commit: the caller cannot tell which. */
export interface Unreliable extends Database {
  loseNext(loss: Loss): void;
}

export function unreliable(database: Database): Unreliable {
  let next: Loss | undefined;
  return {
    ...database,
    loseNext: (loss) => (next = loss),
    async transaction(work, commit) {
      let loss: Loss | undefined;
      const result = await database.transaction(async (session) => {
        const done = await work(session);
        // One that fails by itself has nothing to lose.
        [loss, next] = [next, undefined];
        if (loss === 'before the commit') throw lost();
        return done;
      }, commit);
      if (loss === 'after the commit') throw lost();
      return result;
    },
  };
}

function lost(): ReadModelsError {
  return new ReadModelsError('The connection broke', true);
}
