import { until, wait } from '../bed/wait.mjs';

/** @typedef {import('../scenario.mjs').Scenario} Scenario */
/** @typedef {import('../scenario.mjs').Context} Context */

const WITHIN_MS = 60_000;
const ANY_MOMENT_MS = 700;

/** @type {Scenario} */
export const leadersKilled = {
  name: 'leaders-killed',
  about: 'kill -9 of the broker that leads most partitions, under load, again and again',
  async run({ system, bed, times, told }) {
    await system.startAll();
    system.load.start();
    await system.recovered();
    const rounds = times(1, 12);
    for (let round = 0; round < rounds; round++) {
      const broker = await system.topics.busiestBroker();
      const began = performance.now();
      await bed.killBroker(broker);
      await system.recovered();
      told.recovery(performance.now() - began);
      await bed.startBrokers([broker]);
      await inSync(system);
    }
    return { times: rounds, seen: 'other brokers took over' };
  },
};

/** @type {Scenario} */
export const allBrokersKilled = {
  name: 'all-brokers-killed',
  about: 'kill -9 of all brokers at once, under load; then they come back',
  async run({ system, bed, times, told }) {
    await system.startAll();
    system.load.start();
    await system.recovered();
    const rounds = times(1, 6);
    for (let round = 0; round < rounds; round++) {
      await Promise.all(bed.brokerIds.map((id) => bed.killBroker(id)));
      await bed.startBrokers(bed.brokerIds);
      const began = performance.now();
      await system.recovered();
      told.recovery(performance.now() - began);
      await inSync(system);
    }
    return { times: rounds, seen: 'the same processes went on; counted from when the brokers were there again' };
  },
};

/** @param {Context['system']} system */
async function inSync(system) {
  await until({ what: 'every copy is there again', withinMs: WITHIN_MS }, () => system.topics.isInSync());
}

/** Hangs in COMMIT, before anything of it is durable: what is checked at the end of a transaction is slow. */
const SLOW_COMMIT = `
CREATE FUNCTION hang() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(30); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER hang AFTER UPDATE ON offramp_v1.cursors DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW EXECUTE FUNCTION hang()`;
const QUICK_COMMIT = 'DROP TRIGGER IF EXISTS hang ON offramp_v1.cursors; DROP FUNCTION IF EXISTS hang()';

/** Hangs in COMMIT, when all of it is durable and nobody was told: it waits for a standby that is not there. */
const UNANSWERED_COMMIT = "ALTER SYSTEM SET synchronous_standby_names = 'nobody'";
const ANSWERED_COMMIT = 'ALTER SYSTEM RESET synchronous_standby_names';

/** @type {Scenario} */
export const postgresKilled = {
  name: 'postgres-killed',
  about:
    'kill -9 of Postgres in COMMIT of the projector, before it is durable, when it is and nobody was told, and at any moment',
  async run({ system, bed, times, told }) {
    await system.startAll();
    system.load.start();
    await system.recovered();
    const rounds = times(1, 8);
    for (let round = 0; round < rounds; round++) {
      await system.query(SLOW_COMMIT);
      await inCommit(system, 'PgSleep');
      await bed.postgres.kill();
      await bed.postgres.start();
      // The trigger was committed long before, and hangs the next one, too.
      await without(system, QUICK_COMMIT);
      told.recovery(await system.recovered());

      await system.query(UNANSWERED_COMMIT);
      await system.query('SELECT pg_reload_conf()');
      await inCommit(system, 'SyncRep');
      const { next } = await cursorsOf(system);
      await bed.postgres.kill();
      await bed.postgres.start();
      // Durable and never told: there it is.
      const { next: after } = await cursorsOf(system);
      if (after <= next) throw new Error('The commit that was not answered is not there');
      await withoutWaiting(system);
      told.recovery(await system.recovered());

      await wait(system.random.below(ANY_MOMENT_MS));
      await bed.postgres.kill();
      await bed.postgres.start();
      told.recovery(await system.recovered());
    }
    return { times: 3 * rounds, seen: 'a third rolled back, a third committed untold, a third at any moment' };
  },
};

/** Resolves when a session of the projector hangs in COMMIT, for this reason. @param {Context['system']} system @param {string} waitEvent */
async function inCommit(system, waitEvent) {
  await until({ what: `the projector is in COMMIT (${waitEvent})`, withinMs: WITHIN_MS }, async () => {
    const found = await system.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND query = 'COMMIT' AND state = 'active' AND wait_event = $2",
      [system.name, waitEvent],
    );
    return found.length > 0;
  });
}

/** Where others hang on the table, they have to go first. @param {Context['system']} system @param {string} sql */
async function without(system, sql) {
  await until({ what: 'the trigger is gone', withinMs: WITHIN_MS }, async () => {
    await endSessions(system);
    await system.query(`SET lock_timeout = '500ms'; ${sql}`);
    return true;
  });
}

/** @param {Context['system']} system */
async function withoutWaiting(system) {
  await system.query(ANSWERED_COMMIT);
  await system.query('SELECT pg_reload_conf()');
  await endSessions(system);
}

/** @param {Context['system']} system */
async function endSessions(system) {
  const others =
    'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()';
  await system.query(others, [system.name]);
}

/** How far events and texts are, all in all: it may be either that hangs. @param {Context['system']} system */
async function cursorsOf(system) {
  const [row] = await system.query('SELECT sum(next_offset)::int AS next FROM offramp_v1.cursors');
  return { next: Number(row?.['next']) };
}
