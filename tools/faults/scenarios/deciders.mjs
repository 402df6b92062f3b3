import { cp, readdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { until } from '../bed/wait.mjs';

/** @typedef {import('../scenario.mjs').Scenario} Scenario */
/** @typedef {import('../scenario.mjs').Context} Context */
/** @typedef {import('../bed/app-process.mjs').AppProcess} AppProcess */

const POINTS = [
  ...['after-read', 'after-fold', 'between-decisions', 'after-decisions'],
  ...['between-facts', 'after-progress', 'after-checkpoint'],
];
/** Only a commit that is too large for one send has something between. */
const BETWEEN = new Set(['between-decisions', 'between-facts']);
const BACKLOG = 4500;
const DIES_WITHIN_MS = 60_000;

/** @type {Scenario} */
export const deciderKilled = {
  name: 'decider-killed',
  about: 'kill -9 of the decider at each named point of its loop, under load',
  async run({ system, times, told }) {
    await system.startAll();
    system.load.start();
    await system.recovered();
    const rounds = times(1, 6);
    let killed = 0;
    for (let round = 0; round < rounds; round++) {
      for (const point of POINTS) {
        const count = BETWEEN.has(point) ? 1 : 1 + system.random.below(12);
        const last = await replaceDecider(system, { OFFRAMP_FAIL_POINT: `${point}:${count}` });
        if (BETWEEN.has(point)) await postBacklog(system, `${point}-${round}`);
        await diesOf(last, 'SIGKILL', point);
        killed++;
      }
    }
    const began = performance.now();
    await system.start('decider');
    await system.recovered();
    told.recovery(performance.now() - began);
    return { times: killed, seen: `died at ${POINTS.length} points` };
  },
};

/** The one before ends in good order, so that only the point decides where it breaks. @param {Context['system']} system @param {Record<string, string>} env */
async function replaceDecider(system, env) {
  const next = await system.start('decider', { env });
  const before = system.deciders.filter((each) => each !== next && each.ended === undefined);
  await Promise.all(before.map((each) => each.stop()));
  return next;
}

/** @param {AppProcess} app @param {NodeJS.Signals} signal @param {string} where */
async function diesOf(app, signal, where) {
  const ended = await until({ what: `the ${app.name} dies ${where}`, withinMs: DIES_WITHIN_MS }, () => app.ended);
  if (ended.signal !== signal) throw new Error(`The ${app.name} ended with ${ended.code ?? ended.signal}: ${app.said}`);
}

/** Many first insults at once: each draws a decision and facts, so a commit of them takes several sends. @param {Context['system']} system @param {string} name */
async function postBacklog(system, name) {
  const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.95 }, risk: {} };
  const bodies = Array.from({ length: BACKLOG }, (_, number) => {
    return { threadId: `backlog-${name}-${number}`, messageId: 'm', parentId: null, role: 'user', evidence };
  });
  await system.load.postLines(bodies);
}

/** @type {Scenario} */
export const deciderStopped = {
  name: 'decider-stopped',
  about: 'SIGSTOP of a decider in mid-batch, beyond its session; another takes over; SIGCONT: the stale owner writes',
  async run({ system, times, told }) {
    await system.startAll({ decider: { env: { OFFRAMP_FAIL_POINT: 'after-fold:5:stop' } } });
    system.load.start();
    const rounds = times(1, 10);
    let stale = /** @type {AppProcess} */ (system.deciders[0]);
    for (let round = 0; round < rounds; round++) {
      await until({ what: 'the decider hangs', withinMs: DIES_WITHIN_MS }, () => stale.isStopped());
      const began = performance.now();
      const isLast = round === rounds - 1;
      const next = await system.start('decider', isLast ? {} : { env: { OFFRAMP_FAIL_POINT: 'after-fold:40:stop' } });
      await until({ what: 'another has its partitions', withinMs: DIES_WITHIN_MS }, async () => {
        return isLast ? system.recovered() : next.isStopped();
      });
      if (isLast) told.recovery(performance.now() - began);
      stale.send('SIGCONT');
      if (!isLast) await stale.stop();
      stale = next;
    }
    await system.recovered();
    return { times: rounds, seen: 'went on with its batch after another had decided it', repeatsMin: 1 };
  },
};

/** @type {Scenario} */
export const twoDeciders = {
  name: 'two-deciders',
  about: 'a second decider works on every partition beside the owner, outside of the group',
  async run({ system, times, told }) {
    await system.startAll();
    system.load.start();
    await system.recovered();
    const rounds = times(1, 5);
    for (let round = 0; round < rounds; round++) {
      const rogue = await system.startScript('rogue-decider.mjs', []);
      const began = performance.now();
      for (let probe = 0; probe < times(4, 10); probe++) await system.recovered();
      told.recovery((performance.now() - began) / times(4, 10));
      await (round % 2 === 0 ? rogue.kill() : rogue.stop());
    }
    return { times: rounds, seen: 'both decided the same inputs', repeatsMin: 20 };
  },
};

/** @type {Scenario} */
export const movedPartition = {
  name: 'moved-partition',
  about: 'every partition moves to a process without a local store, and the owner before ends in good order',
  async run({ system, times, told }) {
    await system.startAll();
    system.load.start();
    await system.recovered();
    const rounds = times(2, 20);
    for (let round = 0; round < rounds; round++) {
      const began = performance.now();
      await replaceDecider(system, {});
      await system.recovered();
      told.recovery(performance.now() - began);
    }
    return { times: rounds, seen: 'went on from facts.v1 alone' };
  },
};

/** @type {readonly { name: string, break: (file: string, others: readonly string[]) => Promise<void> }[]} */
const DAMAGES = [
  { name: 'cut to half', break: async (file) => truncate(file, 20_000) },
  { name: 'empty', break: async (file) => truncate(file, 0) },
  { name: 'no database at all', break: async (file) => writeFile(file, 'x'.repeat(100_000)) },
  { name: "another partition's", break: async (file, [other = file]) => cp(other, file) },
];

/** @type {Scenario} */
export const localStoreBroken = {
  name: 'local-store',
  about: 'a decider starts on a truncated, an empty, a foreign local store, and on one of long ago',
  async run({ system, times, told }) {
    const disk = system.newDisk();
    await system.startAll({ decider: { disk } });
    system.load.start();
    await system.recovered();
    const old = system.newDisk();
    const rounds = times(1, 5);
    for (let round = 0; round < rounds; round++) {
      for (const damage of [...DAMAGES, { name: 'of long ago', break: undefined }]) {
        await Promise.all(system.deciders.map((each) => (each.ended === undefined ? each.kill() : undefined)));
        const files = (await readdir(disk)).filter((file) => file.endsWith('.mdb')).map((file) => join(disk, file));
        if (files.length === 0) throw new Error('There is no local store to break');
        if (damage.break === undefined) await cp(old, disk, { recursive: true, force: true });
        else if (round === 0 && damage === DAMAGES[0]) await cp(disk, old, { recursive: true });
        const whole = [...files];
        for (const [index, file] of files.entries()) {
          await damage.break?.(file, [whole[(index + 1) % whole.length] ?? file]);
        }
        const began = performance.now();
        await system.start('decider', { disk });
        await system.recovered();
        told.recovery(performance.now() - began);
      }
    }
    return { times: rounds * (DAMAGES.length + 1), seen: 'was emptied and read anew' };
  },
};
