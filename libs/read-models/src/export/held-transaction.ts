import type { Database, Session } from '../database/database.js';

export interface HeldTransaction {
  readonly session: Session;
  /** Ends it. Never rejects: nothing was changed in it. */
  close(): Promise<void>;
}

/** A transaction that lasts until it is closed, for what is read part by part. Throws `ReadModelsError`. */
export function heldTransaction(database: Database): Promise<HeldTransaction> {
  return new Promise((opened, failed) => {
    const ended = database.transaction((session) => {
      return new Promise<void>((end) => {
        opened({
          session,
          close() {
            end();
            return ended.catch(() => undefined);
          },
        });
      });
    });
    ended.catch(failed);
  });
}
