import { until, wait } from '../bed/wait.mjs';

/** @typedef {import('../scenario.mjs').Scenario} Scenario */
/** @typedef {import('../scenario.mjs').Context} Context */

const WITHIN_MS = 60_000;
const INGEST_POINTS = ['between-appends', 'after-append'];

/** @type {Scenario} */
export const ingestKilled = {
  name: 'ingest-killed',
  about: 'kill -9 of the ingest between a text and its message, and between a message and its acknowledgement',
  async run({ system, times, told }) {
    const { ingest: first } = await system.startAll();
    await system.recovered();
    await first.stop();
    const rounds = times(1, 10);
    let ingest = await system.start('ingest', pointOf(system, 0));
    system.load.start();
    for (let number = 1; number <= rounds * INGEST_POINTS.length; number++) {
      const ended = await until({ what: 'the ingest dies', withinMs: WITHIN_MS }, () => ingest.ended);
      if (ended.signal !== 'SIGKILL') throw new Error(`The ingest ended with ${ended.code}: ${ingest.said}`);
      const isLast = number === rounds * INGEST_POINTS.length;
      const began = performance.now();
      ingest = await system.start('ingest', isLast ? {} : pointOf(system, number));
      if (isLast) told.recovery(performance.now() - began + (await system.recovered()));
    }
    const { failures } = system.load;
    return { times: rounds * INGEST_POINTS.length, seen: `died at 2 points, ${failures} requests were cut off` };
  },
};

/** @param {Context['system']} system @param {number} number */
function pointOf(system, number) {
  const point = INGEST_POINTS[number % INGEST_POINTS.length];
  return { env: { OFFRAMP_FAIL_POINT: `${point}:${20 + system.random.below(60)}` } };
}

/** @type {Scenario} */
export const projectorKilled = {
  name: 'projector-killed',
  about: 'kill -9 of the projector in the middle of a transaction',
  async run({ system, times, told }) {
    await system.startAll();
    system.load.start();
    await system.recovered();
    const rounds = times(2, 20);
    for (let round = 0; round < rounds; round++) {
      const projector = system.projectors.at(-1);
      const lock = await holdMessages(system);
      const began = performance.now();
      await projector?.kill();
      await lock.release();
      await system.start('projector');
      await system.recovered();
      told.recovery(performance.now() - began);
    }
    return { times: rounds, seen: 'its rows and its cursor went together' };
  },
};

/** @type {Scenario} */
export const slowBatch = {
  name: 'slow-batch',
  about:
    'a batch of the decider hangs beyond the session, and so does a transaction of the projector; nobody takes over',
  async run({ system, bed, times, told }) {
    await system.startAll({ decider: { env: { OFFRAMP_FAIL_POINT: 'after-fold:10:stop' } } });
    system.load.start();
    const rounds = times(1, 10);
    for (let round = 0; round < rounds; round++) {
      const decider = system.deciders.at(-1);
      await until({ what: 'the decider hangs', withinMs: WITHIN_MS }, () => decider?.isStopped());
      await wait(2 * bed.sessionMs);
      const began = performance.now();
      decider?.send('SIGCONT');
      await system.recovered();
      told.recovery(performance.now() - began);
      const lock = await holdMessages(system);
      const claims = await claimsOf(system);
      await wait(2 * bed.sessionMs);
      if ((await claimsOf(system)) !== claims) throw new Error('A partition was claimed while its owner was at work');
      await lock.release();
      await system.recovered();
      if (round === rounds - 1) break;
      await system.start('decider', { env: { OFFRAMP_FAIL_POINT: 'after-fold:10:stop' } });
      await decider?.stop();
    }
    const left = [...system.deciders, ...system.projectors].filter(({ ended }) => ended === undefined);
    if (left.length !== 2) throw new Error(`${left.length} processes are left`);
    return { times: 2 * rounds, seen: 'the same processes went on' };
  },
};

/** @type {Scenario} */
export const twoProjectors = {
  name: 'two-projectors',
  about: 'a second projector works on every partition beside the owner, outside of the group',
  async run({ system, times, told }) {
    const { projector } = await system.startAll();
    system.load.start();
    await system.recovered();
    const rounds = times(1, 5);
    const probes = times(4, 10);
    for (let round = 0; round < rounds; round++) {
      const rogue = await system.startScript('rogue-projector.mjs', []);
      const began = performance.now();
      for (let probe = 0; probe < probes; probe++) await system.recovered();
      told.recovery((performance.now() - began) / probes);
      await (round % 2 === 0 ? rogue.kill() : rogue.stop());
    }
    const retries = await projector.metric('offramp_batch_retries_total');
    if (retries === 0) throw new Error('The two never met');
    return { times: rounds, seen: `took the partitions from each other ${retries} times` };
  },
};

/** @type {Scenario} */
export const projectorStopped = {
  name: 'projector-stopped',
  about: 'SIGSTOP of a projector beyond its session; another takes over; SIGCONT: the stale owner commits nothing',
  async run({ system, bed, times, told }) {
    await system.startAll();
    system.load.start();
    await system.recovered();
    const rounds = times(1, 10);
    for (let round = 0; round < rounds; round++) {
      const stale = system.projectors.at(-1);
      const lock = await holdMessages(system);
      stale?.send('SIGSTOP');
      await wait(bed.sessionMs);
      await lock.release();
      const began = performance.now();
      await system.start('projector');
      await system.recovered();
      told.recovery(performance.now() - began);
      stale?.send('SIGCONT');
      await system.recovered();
      if (stale?.ended !== undefined) throw new Error(`The stale one ended: ${stale.said}`);
      await stale?.stop();
    }
    return { times: rounds, seen: 'was in a transaction when it was stopped' };
  },
};

/** How often partitions were claimed, all in all. @param {Context['system']} system */
async function claimsOf(system) {
  const [row] = await system.query("SELECT sum(epoch)::int AS claims FROM offramp_v1.cursors WHERE stream = 'events'");
  return Number(row?.['claims']);
}

/** Holds up whoever writes to `messages`; resolves when the projector is held up in the middle of its transaction. @param {Context['system']} system */
export async function holdMessages(system) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: system.databaseUrl });
  client.on('error', () => undefined); // Told by the call that fails.
  await client.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE offramp_v1.messages IN SHARE MODE');
  await until({ what: 'the projector is in a transaction', withinMs: WITHIN_MS }, async () => {
    const waiting = await system.query(
      "SELECT 1 FROM pg_stat_activity WHERE datname = $1 AND wait_event_type = 'Lock' AND query ~* 'insert into offramp_v1.messages'",
      [system.name],
    );
    return waiting.length > 0;
  });
  return {
    async release() {
      await client.query('ROLLBACK');
      await client.end();
    },
  };
}
