/**
 * The distributed mode by its processes over one real broker: rates against bare loops, latencies, the decider's memory, and the
 * projector and a rebuild from the log to a Postgres server, where there is one.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { decisionsCodec, parsePosition, partitionOfThread, threadKey } from '@offramp/events';
import { ensureTopics, openKafkaLog } from '@offramp/log';
import { AppProcess } from '../tools/faults/bed/app-process.mjs';
import { addressesOf, downCluster, upCluster } from '../tools/run/kafka/cluster.mjs';
import { connected, isThereAServer, onNewDatabase } from './shared/database.mjs';
import { Decided } from './shared/decided.mjs';
import { writeFacts } from './shared/facts.mjs';
import { createClient } from './shared/http-client.mjs';
import { inputRecord } from './shared/inputs.mjs';
import { percentile, report } from './shared/measure.mjs';
import { message } from './shared/messages.mjs';
import { plainCopy, rebuilt, rowsOf } from './shared/rebuilt.mjs';

const quick = process.argv.includes('--quick');
const only = process.argv
  .find((arg) => arg.startsWith('--only='))
  ?.slice('--only='.length)
  .split(',');
const PARTITIONS = 8;
const RAW = quick ? 40_000 : 200_000;
const INPUTS = quick ? 80_000 : 400_000;
const FACTS = quick ? 100_000 : 1_000_000;
/** A, B, B, A: what warms up or fills up on the way favours neither. */
const ORDER = quick ? ['bare', 'ours'] : ['bare', 'ours', 'ours', 'bare'];
const LOOK_MS = 50;
const WARM_S = 3;
const MEASURED_S = quick ? 3 : 15;
const MESSAGES_A_SECOND = 1000;
const VERDICTS_A_SECOND = 300;
const TENANT = 'default';

const root = fileURLToPath(new URL('..', import.meta.url)).replace(/[\\/]$/, '');
const bareLoop = fileURLToPath(new URL('shared/bare-loop.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'offramp-bench-'));
const cluster = await upCluster(root, { brokers: 1, attached: true });
const brokers = addressesOf(cluster);
let installations = 0;

/** Topics of their own, a log on them, and the environment of the processes that work on them. */
async function withInstallation(work) {
  const topicPrefix = `bench${installations++}.`;
  const connection = { brokers: brokers.split(','), clientId: 'bench', topicPrefix };
  await ensureTopics({ ...connection, partitions: PARTITIONS });
  const log = await openKafkaLog({ ...connection, dataDir: join(folder, topicPrefix, 'bench') });
  const started = [];
  const start = async (app, env = {}) => {
    const dataDir = join(folder, topicPrefix, app);
    const own = { OFFRAMP_KAFKA_BROKERS: brokers, OFFRAMP_TOPIC_PREFIX: topicPrefix, OFFRAMP_DATA: dataDir };
    // Asked for reviews only, so nobody has to be there.
    const database = { OFFRAMP_DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none' };
    const process = AppProcess.start(app, {
      env: { ...own, ...database, OFFRAMP_PORT: '0', OFFRAMP_LOG_LEVEL: 'warn', ...env },
    });
    started.push(process);
    return process;
  };
  try {
    return await work({ log, topicPrefix, start });
  } finally {
    await Promise.all(started.map((process) => process.stop()));
    await log.close();
  }
}

/** Records into their partitions, a thousand at a time. `record(index)`: { partition, key, value }. */
async function fill(log, topic, count, record) {
  const waiting = Array.from({ length: PARTITIONS }, () => []);
  const send = (partition) => log.append([{ topic, partition, records: waiting[partition].splice(0) }]);
  for (let index = 0; index < count; index++) {
    const { partition, ...next } = record(index);
    waiting[partition].push(next);
    if (index % (1000 * PARTITIONS) === 0) await Promise.all(waiting.map((_, each) => send(each)));
  }
  await Promise.all(waiting.map((_, each) => send(each)));
}

async function endsOf(log, topic) {
  const bounds = await Promise.all(Array.from({ length: PARTITIONS }, (_, each) => log.bounds(topic, each)));
  return bounds.map(({ end }) => end);
}

/** From the first sign of something to the last: how long, ms. `reached` answers how much is there. */
async function span(total, reached) {
  let first;
  for (;;) {
    const there = await reached();
    if (there > 0) first ??= performance.now();
    if (there >= total) return performance.now() - first;
    // Looking costs the same two cores that are measured.
    await sleep(LOOK_MS);
  }
}

/** How long kafkajs alone takes for a topic, ms. */
async function bare(prefix, { topic, count, to }) {
  const names = [`${prefix}${topic}`, `${prefix}bare`, String(PARTITIONS), String(count)];
  const args = [bareLoop, brokers, ...names, ...(to === undefined ? [] : [`${prefix}${to}`])];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return Number(stdout);
}

const sum = (values) => values.reduce((total, each) => total + each, 0);

function rawRecord(index) {
  const value = { tenant: TENANT, ...message(index, 'evidence') };
  const partition = partitionOfThread(TENANT, value.threadId, PARTITIONS);
  return { partition, key: threadKey(TENANT, value.threadId), value: Buffer.from(JSON.stringify(value)) };
}

async function rawRound(name) {
  return withInstallation(async ({ log, topicPrefix, start }) => {
    await fill(log, 'raw.v1', RAW, rawRecord);
    if (name === 'bare') return bare(topicPrefix, { topic: 'raw.v1', count: RAW, to: 'shadow.v1' });
    const taken = span(RAW, async () => sum(await endsOf(log, 'inbound.v1')));
    await start('ingest', { OFFRAMP_CONTENT: 'off', OFFRAMP_ASSESSOR: 'platform' });
    return taken;
  });
}

async function decidedOffsets(log, readTo, decided) {
  for (const [partition, from] of readTo.entries()) {
    const { records, next } = await log.read('decisions.v1', partition, from, { maxRecords: 10_000 });
    readTo[partition] = next;
    const last = records.findLast(({ value }) => value.includes('offramp.progress.reached.v1'));
    if (last === undefined) continue;
    const { event } = decisionsCodec.decode(last.value);
    decided[partition] = Math.max(decided[partition], parsePosition(event.data.position).offset + 1);
  }
  return sum(decided);
}

async function deciderRound(name) {
  return withInstallation(async ({ log, topicPrefix, start }) => {
    await fill(log, 'inbound.v1', INPUTS, (number) => inputRecord(number, PARTITIONS));
    if (name === 'bare') return bare(topicPrefix, { topic: 'inbound.v1', count: INPUTS });
    const [readTo, decided] = [Array(PARTITIONS).fill(0), Array(PARTITIONS).fill(0)];
    const done = span(INPUTS, () => decidedOffsets(log, readTo, decided));
    await start('decider');
    return done;
  });
}

/** A history that a decider has decided, and is gone. */
async function fillDecided({ log, start }) {
  await fill(log, 'inbound.v1', INPUTS, (number) => inputRecord(number, PARTITIONS));
  const [readTo, decided] = [Array(PARTITIONS).fill(0), Array(PARTITIONS).fill(0)];
  const decider = await start('decider');
  while ((await decidedOffsets(log, readTo, decided)) < INPUTS) await sleep(LOOK_MS);
  await decider.stop();
}

/** From the log to the tables: one process projects all of it. */
async function projectorRound() {
  return withInstallation(async ({ log, start }) => {
    await fillDecided({ log, start });
    return onNewDatabase(async (url) => {
      const projector = await start('projector', { OFFRAMP_DATABASE_URL: url });
      await projector.ready;
      const client = await connected(url);
      try {
        const sql = `SELECT coalesce(sum(next_offset), 0)::int AS projected FROM offramp_v1.cursors WHERE stream = 'events'`;
        return await span(INPUTS, async () => (await client.query(sql)).rows[0].projected);
      } finally {
        await client.end();
        await projector.stop();
      }
    });
  });
}

/** The tables built anew, by threads that read the log for themselves, as `offramp rebuild` does it. */
async function rebuildRound() {
  return withInstallation(async ({ log, topicPrefix, start }) => {
    await fillDecided({ log, start });
    const dataDir = join(folder, topicPrefix, 'cli');
    const given = { OFFRAMP_KAFKA_BROKERS: brokers, OFFRAMP_TOPIC_PREFIX: topicPrefix, OFFRAMP_DATA: dataDir };
    const module = new URL('../apps/cli/dist/rebuild-source.js', import.meta.url).href;
    return onNewDatabase(async (url) => {
      const ours = await rebuilt(url, log, { module, given });
      return rowsOf(INPUTS, ours, await plainCopy(url));
    });
  });
}

/** Bare and ours in turn; the mean time of each, ms. */
async function compare(round) {
  const times = { bare: [], ours: [] };
  for (const name of ORDER) times[name].push(await round(name));
  const mean = (values) => sum(values) / values.length;
  return { bare: mean(times.bare), ours: mean(times.ours) };
}

/** Open loop: by the clock, whether or not the earlier ones are done, counted from when each was due. */
async function openLoop(perSecond, work) {
  const latencies = [];
  const all = [];
  const start = performance.now();
  for (let number = 0; number < perSecond * (WARM_S + MEASURED_S); number++) {
    const due = start + (number * 1000) / perSecond;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    const done = work(number).then(() => {
      if (number >= perSecond * WARM_S) latencies.push(performance.now() - due);
    });
    all.push(done);
  }
  await Promise.all(all);
  return { p50: tenths(percentile(latencies, 0.5)), p99: tenths(percentile(latencies, 0.99)) };
}

/** From the append of a message to the Progress that covers it, through another process. */
async function messageToDecision() {
  return withInstallation(async ({ log, start }) => {
    const decider = await start('decider');
    await decider.ready;
    const decided = Array.from({ length: PARTITIONS }, () => new Decided());
    const closing = new AbortController();
    const tails = decided.map((each, partition) => each.follow(log, partition, closing.signal));
    const measured = await openLoop(MESSAGES_A_SECOND, async (number) => {
      const { partition, ...record } = inputRecord(number, PARTITIONS, true);
      const [offset] = await log.append([{ topic: 'inbound.v1', partition, records: [record] }]);
      await decided[partition].past(offset);
    });
    closing.abort();
    await Promise.all(tails);
    return measured;
  });
}

async function httpVerdicts() {
  return withInstallation(async ({ start }) => {
    const [ingest, decider] = await Promise.all([start('ingest'), start('decider')]);
    await Promise.all([ingest.ready, decider.ready]);
    const client = createClient(ingest.url, 64);
    const isDecided = async (body) => {
      const sent = Buffer.from(JSON.stringify(body));
      const { status, body: answer } = await client.post('/v1/messages?wait=verdict', 'application/json', sent);
      if (status !== 200) throw new Error(answer.toString());
      return answer.includes('"decided":true');
    };
    try {
      // A decider is ready before the group has given it its partitions.
      for (let warm = 0; warm < 10 * PARTITIONS;) {
        if (await isDecided({ threadId: `warm-${warm}`, messageId: 'm1', parentId: null, role: 'user', text: 'Hello' }))
          warm++;
      }
      return await openLoop(VERDICTS_A_SECOND, async (number) => {
        if (!(await isDecided(message(number, 'text')))) throw new Error(`Message ${number} had no verdict in time`);
      });
    } finally {
      client.close();
    }
  });
}

/** A decider that has nothing on its disk takes over a million open ladders. Anonymous memory, as the kernel counts it. */
async function memoryWithFacts() {
  return withInstallation(async ({ log, start }) => {
    const each = FACTS / PARTITIONS;
    // Nobody looks into the inputs: they are behind the progress.
    await fill(log, 'inbound.v1', FACTS, (index) => ({ partition: index % PARTITIONS, key: '', value: Buffer.of(0) }));
    for (let partition = 0; partition < PARTITIONS; partition++) await writeFacts(log, { partition, count: each });
    const decider = await start('decider');
    await decider.ready;
    // A partition appears with the time that it took.
    while ((await restored(decider)) < PARTITIONS) await sleep(100);
    const status = readFileSync(`/proc/${decider.pid}/status`, 'utf8');
    return Math.round(Number(/RssAnon:\s+(\d+) kB/.exec(status)[1]) / 1024);
  });
}

async function restored(decider) {
  const lines = (await (await decider.ask('/metrics')).text()).split('\n');
  return lines.filter((line) => /^offramp_partition_restore_seconds\{.*group="decider"/.test(line)).length;
}

const tenths = (value) => Math.round(value * 10) / 10;
const ratio = ({ bare: least, ours }) => Number((least / ours).toFixed(2));
const rate = (count, ms) => Math.round((count * 1000) / ms);
const rows = [];

async function part(name, work) {
  if (only === undefined || only.includes(name)) rows.push(...(await work()));
}

try {
  await part('decider', async () => {
    const times = await compare(deciderRound);
    return [
      { name: 'bare kafkajs loop, parse and look up', value: rate(INPUTS, times.bare), unit: 'messages/s' },
      { name: 'decider process', value: rate(INPUTS, times.ours), unit: 'messages/s' },
      { name: 'decider over bare loop', value: ratio(times), unit: '', target: '≥ 0.8' },
    ];
  });
  await part('projector', async () => {
    if (!(await isThereAServer())) return [];
    const value = rate(INPUTS, await projectorRound());
    return [{ name: 'projector process, log to Postgres', value, unit: 'entries/s', target: '≥ 20,000' }];
  });
  await part('rebuild', async () => ((await isThereAServer()) ? rebuildRound() : []));
  await part('raw', async () => {
    const times = await compare(rawRound);
    return [
      { name: 'bare kafkajs loop, consume and produce', value: rate(RAW, times.bare), unit: 'messages/s' },
      { name: 'ingest process, raw.v1 to inbound.v1', value: rate(RAW, times.ours), unit: 'messages/s' },
      { name: 'ingest over bare loop', value: ratio(times), unit: '', target: '≥ 0.7' },
    ];
  });
  await part('latency', async () => {
    const { p50, p99 } = await messageToDecision();
    return [
      { name: 'message to decision at 1,000/s, p50', value: p50, unit: 'ms', target: '≤ 10' },
      { name: 'message to decision at 1,000/s, p99', value: p99, unit: 'ms', target: '≤ 40' },
    ];
  });
  await part('verdict', async () => {
    const { p50, p99 } = await httpVerdicts();
    return [
      { name: 'HTTP verdict at 300/s, p50', value: p50, unit: 'ms' },
      { name: 'HTTP verdict at 300/s, p99', value: p99, unit: 'ms', target: '≤ 60' },
    ];
  });
  await part('memory', async () => [
    {
      name: `decider with ${FACTS} facts, anonymous memory`,
      value: await memoryWithFacts(),
      unit: 'MB',
      target: '≤ 400',
    },
  ]);
} finally {
  await downCluster(cluster);
  rmSync(folder, { recursive: true, force: true });
}
report('distributed', rows, { inputs: INPUTS, raw: RAW, rounds: ORDER });
