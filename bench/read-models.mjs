/** The read models: entries a second into the embedded database and into a Postgres server, 2 % of the threads in trouble. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';
import { openReadModels } from '@offramp/read-models';
import pg from 'pg';
import { messageOf } from './shared/conversations.mjs';
import { report, timed } from './shared/measure.mjs';

const quick = process.argv.includes('--quick');
const ENTRIES = quick ? 20_000 : 60_000;
const WORKLOAD = { threads: quick ? 1_000 : 3_000, troubled: 50 };
/** A projector's batches are of 2,000 at most, and there are four partitions by default. */
const WAYS = quick
  ? [{ size: 1000, partitions: 4 }]
  : [
      { size: 1000, partitions: 1 },
      { size: 2000, partitions: 1 },
      { size: 1000, partitions: 4 },
      { size: 2000, partitions: 4 },
    ];
const SERVER = process.env.OFFRAMP_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** The entries of a partition in batches, made as they are asked for: a log is never in memory as a whole. */
function* batches(partition, { size, entries }) {
  const fold = createPartitionFold({ partition, facts: createMemoryFacts(), recent: createRecentIds() });
  for (let from = 0; from < entries; from += size) {
    const length = Math.min(size, entries - from);
    yield Array.from({ length }, (_, index) => {
      const offset = from + index;
      const event = entryEvent(offset, partition);
      return { offset, event, decisions: fold.handle(offset, event).decisions };
    });
  }
}

function entryEvent(offset, partition) {
  const event = messageOf(offset, WORKLOAD);
  const subject = `${event.subject}-${partition}`;
  const data = event.data.seen === undefined ? event.data : { ...event.data, seen: `${partition}:${offset}` };
  return { ...event, id: `default/${subject}/${event.data.messageId}`, subject, data };
}

/** How long the batches took, ms, and the processor time of this process, µs. Partitions go on side by side, as in a projector. */
async function project({ events }, { size, partitions }) {
  const entries = ENTRIES / partitions;
  const made = Array.from({ length: partitions }, (_, partition) => [...batches(partition, { size, entries })]);
  const before = process.cpuUsage();
  const ms = await timed(() => Promise.all(made.map((of, partition) => projectOne(events, partition, of))));
  const { user, system } = process.cpuUsage(before);
  return { ms, cpu: user + system };
}

async function projectOne(events, partition, batches) {
  const { epoch } = await events.claim(partition);
  for (const entries of batches) {
    const inbound = entries.at(-1).offset + 1;
    await events.apply({ partition, epoch, from: entries[0].offset, entries, next: { inbound, decisions: inbound } });
  }
}

const rows = [];

function tell(name, { ms, cpu }, target) {
  rows.push({ name, value: perSecond(ms), unit: 'entries/s', ...(target && { target }) });
  rows.push({ name: `${name}: this process`, value: +(cpu / ENTRIES).toFixed(1), unit: 'µs of processor an entry' });
}

function perSecond(ms) {
  return Math.round((ENTRIES * 1000) / ms);
}

async function embedded(way) {
  const dataDir = await mkdtemp(join(tmpdir(), 'offramp-bench-'));
  const readModels = await openReadModels({ dataDir });
  tell(`embedded, ${named(way)}`, await project(readModels, way));
  await readModels.close();
  await rm(dataDir, { recursive: true });
}

function named({ size, partitions }) {
  return `batches of ${size}, ${partitions === 1 ? 'one partition' : `${partitions} partitions`}`;
}

/**
 * On a server, what is written is recorded, and then given to an empty schema by plain loops over as many connections, in the
 * same transactions: what any projector has to do at least.
 */
async function server(way) {
  const ours = await onNewDatabase(async (url) => {
    const readModels = await openReadModels({ url });
    const recording = recordWrites();
    const spent = await project(readModels, way);
    const statements = recording.stop();
    await readModels.close();
    return { ...spent, statements };
  });
  const plain = await onNewDatabase(async (url) => {
    await (await openReadModels({ url })).close();
    const clients = await Promise.all(ours.statements.map(() => connected(url)));
    const ms = await timed(() => Promise.all(clients.map((client, at) => replay(client, ours.statements[at]))));
    for (const client of clients) await client.end();
    return ms;
  });
  tell(`server, ${named(way)}`, ours, way.partitions > 1 ? '>= 20000' : undefined);
  rows.push({ name: `the same writes alone, ${named(way)}`, value: perSecond(plain), unit: 'entries/s' });
  const share = +(plain / ours.ms).toFixed(2);
  rows.push({ name: `share of that, ${named(way)}`, value: share, unit: '', target: '>= 0.8' });
}

/** The statements of each connection that wrote, in their order. */
function recordWrites() {
  const { query } = pg.Client.prototype;
  const ofClient = new Map();
  pg.Client.prototype.query = function (...given) {
    const { text, values } = given[0];
    if (/^\s*(BEGIN|COMMIT|INSERT|UPDATE)/.test(text)) {
      if (!ofClient.has(this)) ofClient.set(this, []);
      ofClient.get(this).push({ text, values });
    }
    return query.apply(this, given);
  };
  return {
    stop() {
      pg.Client.prototype.query = query;
      return [...ofClient.values()];
    },
  };
}

async function replay(client, statements) {
  for (const { text, values } of statements) await client.query({ text, values });
}

async function connected(url) {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2000 });
  await client.connect();
  return client;
}

async function onNewDatabase(work) {
  const name = `offramp_bench_${process.pid}`;
  await onServer(`CREATE DATABASE ${name}`);
  try {
    const url = new URL(SERVER);
    url.pathname = `/${name}`;
    return await work(url.href);
  } finally {
    await onServer(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

async function onServer(sql) {
  const client = await connected(SERVER);
  await client.query(sql);
  await client.end();
}

const hasServer = await onServer('SELECT 1').then(
  () => true,
  () => false,
);
for (const way of WAYS) {
  await embedded(way);
  if (hasServer) await server(way);
}
if (!hasServer) process.stdout.write('No Postgres server here: set OFFRAMP_TEST_DATABASE_URL to one.\n');
report('read-models', rows, { entries: ENTRIES, threads: WORKLOAD.threads });
