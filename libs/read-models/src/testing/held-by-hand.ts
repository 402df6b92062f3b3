import { existsSync, watch } from 'node:fs';
import { join } from 'node:path';
import { byHand } from './by-hand.js';

/*
 * The first step of a rebuild is committed; the second one makes a file beside the tables, and then does not end. So it is known
 * to be half-way without asking, which would wait for it: the embedded database is one session. Whoever works on it has to be
 * killed.
 */
const HOLD_SQL = `
CREATE FUNCTION offramp_v1.held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE format('COPY (SELECT 1) TO %L', current_setting('data_directory') || '/held');
  LOOP
    PERFORM 1;
  END LOOP;
END $$;
CREATE TRIGGER held BEFORE UPDATE OF events ON offramp_v1.rebuilds FOR EACH ROW WHEN (OLD.events > 0)
EXECUTE FUNCTION offramp_v1.held()`;

/** While no server runs. */
export function holdByHand(dataDir: string): Promise<void> {
  return byHand(dataDir, HOLD_SQL);
}

export function untilHeld(dataDir: string): Promise<void> {
  const directory = join(dataDir, 'postgres');
  return new Promise((resolve) => {
    const watcher = watch(directory, look);
    look();
    function look(): void {
      if (!existsSync(join(directory, 'held'))) return;
      watcher.close();
      resolve();
    }
  });
}

/** Once whoever worked on it was killed. */
export function letGoByHand(dataDir: string): Promise<void> {
  return byHand(dataDir, 'DROP FUNCTION offramp_v1.held() CASCADE');
}
