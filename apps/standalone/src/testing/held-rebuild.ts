import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Any number that nobody else locks. */
const LOCK = 8420;

/*
 * A step moves the number of events that are folded. From the second one on, that has to wait for the lock, which whoever holds
 * the rebuild has: so the first step is committed, and the second one stands in its transaction.
 */
const HOLD_SQL = `
SET client_min_messages = error;
SELECT pg_advisory_lock(${LOCK}) \\g /dev/null
CREATE FUNCTION offramp_v1.held() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(${LOCK});
  RETURN NEW;
END $$;
CREATE TRIGGER held BEFORE UPDATE OF events ON offramp_v1.rebuilds FOR EACH ROW WHEN (OLD.events > 0)
EXECUTE FUNCTION offramp_v1.held();
\\echo held
`;

const LET_GO_SQL = `
SELECT pg_advisory_unlock(${LOCK}) \\g /dev/null
DROP FUNCTION offramp_v1.held() CASCADE;
`;

export interface HeldRebuild {
  /** Whoever waits goes on. */
  letGo(): Promise<void>;
}

/** Holds any rebuild in this database up in its second step, whoever works on it. */
export async function holdRebuild(url: string): Promise<HeldRebuild> {
  const psql = spawn('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', '-d', url], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(psql, 'close').then(([code]) => {
    if (code !== 0) throw new Error(`psql ended with ${String(code)}`);
  });
  psql.stdin.write(HOLD_SQL);
  await Promise.race([once(psql.stdout, 'data'), ended]);
  return {
    async letGo() {
      psql.stdin.end(LET_GO_SQL);
      await ended;
    },
  };
}
