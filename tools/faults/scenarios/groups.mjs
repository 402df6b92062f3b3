import { TOPICS } from '@offramp/events';
import { until } from '../bed/wait.mjs';

/** @typedef {import('../scenario.mjs').Scenario} Scenario */
/** @typedef {import('../scenario.mjs').Context} Context */
/** @typedef {import('../bed/app-process.mjs').AppProcess} AppProcess */

const STORM_WITHIN_MS = 300_000;
const EVERY_MS = 1000;

/** @type {Scenario} */
export const rebalanceStorm = {
  name: 'rebalance-storm',
  about: 'a member of the deciders joins, or leaves, every second',
  async run({ system, times, told }) {
    await system.startAll();
    system.load.start();
    await system.recovered();
    const changes = times(10, 100);
    const guest = await system.startScript('guest-decider.mjs', [String(changes), String(EVERY_MS)]);
    const began = performance.now();
    let probes = 0;
    while (guest.ended === undefined && performance.now() - began < STORM_WITHIN_MS) {
      told.recovery(await system.recovered());
      probes++;
    }
    const ended = await guest.exit;
    if (ended.code !== 0) throw new Error(`The guest ended with ${ended.code ?? ended.signal}: ${guest.said}`);
    await system.recovered();
    return { times: changes, seen: `${probes} messages on each partition were decided meanwhile` };
  },
};

/** Turns of a thread that nobody answers in time. */
const TURNS = 7;
const BACKLOG_SHORT = 12_000;
/** An hour at 100 a second. */
const BACKLOG_LONG = 360_000;
const LINES = 3000;

/** @type {Scenario} */
export const backlog = {
  name: 'backlog',
  about:
    'the deciders are down while people insult and answers come in that had seen nothing of it; then all is worked off',
  async run({ system, times, told }) {
    const { decider } = await system.startAll();
    const seen = await seenByThread(system);
    await decider.stop();
    const messages = times(BACKLOG_SHORT, BACKLOG_LONG);
    const threads = Math.ceil(messages / (2 * TURNS));
    await postUnseen(system, seen, threads);
    const began = performance.now();
    await system.start('decider');
    await system.lagZero();
    told.recovery(performance.now() - began);
    const climbed = await system.query(
      `SELECT count(*)::int AS count FROM offramp.decisions
       WHERE thread_id LIKE 'unseen-%' AND type IN ('RedirectAttempted', 'WarningAdvised', 'WarningIssued', 'ConversationEnded')`,
    );
    if (climbed[0]?.['count'] !== 0) throw new Error(`${climbed[0]?.['count']} threads climbed unseen`);
    const advised = await system.query(
      "SELECT count(*)::int AS count FROM offramp.threads WHERE stage = 'redirecting'",
    );
    if (Number(advised[0]?.['count']) < threads) throw new Error('The insults were not judged at all');
    return { times: 1, seen: `${threads} threads of ${2 * TURNS} messages, and nobody climbed` };
  },
};

/** Something that every partition had said before the deciders went. @param {Context['system']} system @returns {Promise<ReadonlyMap<number, string>>} */
async function seenByThread(system) {
  await system.recovered();
  const known = await system.projected();
  return new Map([...known].map(([partition, offset]) => [partition, `${partition}:${offset}`]));
}

/** @param {Context['system']} system @param {ReadonlyMap<number, string>} seen @param {number} threads */
async function postUnseen(system, seen, threads) {
  const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.95 }, risk: {} };
  /** @type {Record<string, unknown>[]} */
  let lines = [];
  for (let number = 0; number < threads; number++) {
    const threadId = `unseen-${number}`;
    const before = seen.get(system.partitionOf(threadId));
    for (let turn = 0; turn < TURNS; turn++) {
      const parentId = turn === 0 ? null : `a${turn - 1}`;
      lines.push({ threadId, messageId: `u${turn}`, parentId, role: 'user', evidence });
      lines.push({ threadId, messageId: `a${turn}`, parentId: `u${turn}`, role: 'assistant', seen: before });
    }
    if (lines.length < LINES && number < threads - 1) continue;
    await system.load.postLines(lines);
    lines = [];
  }
  // One by one, too: there the ingest says itself how far it had read.
  for (const threadId of system.threadIds('unseen-single')) {
    for (let turn = 0; turn < TURNS; turn++) {
      const parentId = turn === 0 ? null : `a${turn - 1}`;
      await system.load.post({ threadId, messageId: `u${turn}`, parentId, role: 'user', evidence });
      await system.load.post({ threadId, messageId: `a${turn}`, parentId: `u${turn}`, role: 'assistant' });
    }
  }
}

const NEWER = 'offramp.message.posted.v9';
const ALARM_WITHIN_MS = 30_000;

/** @type {Scenario} */
export const unknownVersion = {
  name: 'unknown-version',
  about:
    'an event that only a newer program understands: its partition stops with an alarm, and goes on after an upgrade',
  async run({ system, told }) {
    const { decider, projector } = await system.startAll();
    system.load.start();
    await system.recovered();
    const partition = 1;
    await system.topics.write(TOPICS.inbound, { partition, ...newerMessage(system, partition) });
    await alarm(decider);
    await othersGoOn(system, partition);
    const upgrade = { imports: [new URL('../newer-program.mjs', import.meta.url).href] };
    await system.start('decider', upgrade);
    await decider.stop();
    // What a newer decider has judged, an older projector may not leave out.
    await alarm(projector);
    const began = performance.now();
    await system.start('projector', upgrade);
    await projector.stop();
    await system.recovered();
    told.recovery(performance.now() - began);
    const translate = (/** @type {string} */ input) => input.replace(NEWER, NEWER.replace('v9', 'v1'));
    return { times: 1, seen: 'decider and projector stopped there, the others went on; so did the upgrade', translate };
  },
};

/** Resolves when one of its partitions has stopped, and it says so. @param {AppProcess} app */
async function alarm(app) {
  await until({ what: `a partition of the ${app.name} stops`, withinMs: ALARM_WITHIN_MS }, async () => {
    return (await app.metric('offramp_partitions_stopped')) === 1;
  });
  const ready = await app.ask('/readyz');
  if (ready.status !== 503 || !(await ready.text()).includes('stopped')) throw new Error('It says that it is ready');
}

/** @param {Context['system']} system @param {number} partition */
function newerMessage(system, partition) {
  const threadId = system.threadIds('newer')[partition] ?? '';
  const envelope = {
    specversion: '1.0',
    id: `default/${threadId}/m`,
    source: 'default',
    subject: threadId,
    type: NEWER,
  };
  const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.9 }, risk: {} };
  const data = { messageId: 'm', parentId: null, role: 'user', evidence };
  const value = JSON.stringify({ ...envelope, time: new Date().toISOString(), data });
  return { key: `default/${threadId}`, value };
}

/** Whoever waits on the stopped one is told to continue; the others get their verdicts. @param {Context['system']} system @param {number} stopped */
async function othersGoOn(system, stopped) {
  const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.9 }, risk: {} };
  for (const [partition, threadId] of system.threadIds(`beside-${stopped}`).entries()) {
    const body = { threadId, messageId: `m${performance.now()}`, parentId: null, role: 'user', evidence };
    const { verdict, decided } = await system.load.post(body, '?wait=verdict');
    const wanted = partition === stopped ? 'continue, undecided' : 'redirect';
    const found = decided === false ? `${verdict}, undecided` : verdict;
    if (found !== wanted) throw new Error(`Partition ${partition} says ${found} and not ${wanted}`);
  }
}

/** @type {Scenario} */
export const offsetOutOfRange = {
  name: 'offset-out-of-range',
  about:
    'records that nobody has decided are removed from the log: the partition stops with an alarm and skips nothing',
  async run({ system, told }) {
    const { decider } = await system.startAll();
    system.load.start();
    await system.recovered();
    await system.load.stop();
    await system.lagZero();
    const before = await system.verify();
    if (!before.ok) throw new Error(`Broken before it began: ${JSON.stringify(before.violations[0])}`);
    await decider.stop();
    const partition = 0;
    const progress = (await system.projected()).get(partition);
    for (let number = 0; number < 20; number++) {
      const threadId = system.threadIds(`lost-${number}`)[partition] ?? '';
      await system.load.post({ threadId, messageId: 'm', parentId: null, role: 'user' });
    }
    const [end = 0] = await system.topics.ends(TOPICS.inbound);
    await system.topics.removeBefore(TOPICS.inbound, partition, end - 5);
    const began = performance.now();
    const next = await system.start('decider');
    await alarm(next);
    told.recovery(performance.now() - began);
    await othersGoOn(system, partition);
    if ((await system.projected()).get(partition) !== progress) throw new Error('Something was skipped');
    return { times: 1, seen: 'stopped with an alarm, the others went on', stopped: [partition], historyIsGone: true };
  },
};
