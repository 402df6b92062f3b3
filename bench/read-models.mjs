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
const SIZES = quick ? [1000] : [500, 1000, 2000];
const SERVER = process.env.OFFRAMP_TEST_DATABASE_URL ?? 'postgres://postgres@127.0.0.1:5432/postgres';

/** The entries of a partition in batches, made as they are asked for: a log is never in memory as a whole. */
function* batches(size) {
  const fold = createPartitionFold({ partition: 0, facts: createMemoryFacts(), recent: createRecentIds() });
  for (let from = 0; from < ENTRIES; from += size) {
    const length = Math.min(size, ENTRIES - from);
    yield Array.from({ length }, (_, index) => {
      const offset = from + index;
      const event = messageOf(offset, WORKLOAD);
      return { offset, event, decisions: fold.handle(offset, event).decisions };
    });
  }
}

/** How long the batches took, ms, and the processor time of this process, µs. */
async function project({ events }, size) {
  const { epoch } = await events.claim(0);
  const spent = { ms: 0, cpu: 0 };
  for (const entries of batches(size)) {
    const inbound = entries.at(-1).offset + 1;
    const before = process.cpuUsage();
    spent.ms += await timed(() =>
      events.apply({ partition: 0, epoch, from: entries[0].offset, entries, next: { inbound, decisions: inbound } }),
    );
    const { user, system } = process.cpuUsage(before);
    spent.cpu += user + system;
  }
  return spent;
}

const rows = [];

function tell(name, { ms, cpu }) {
  rows.push({ name, value: perSecond(ms), unit: 'entries/s', target: '>= 20000' });
  rows.push({ name: `${name}: this process`, value: +(cpu / ENTRIES).toFixed(1), unit: 'µs of processor an entry' });
}

function perSecond(ms) {
  return Math.round((ENTRIES * 1000) / ms);
}

async function embedded(size) {
  const dataDir = await mkdtemp(join(tmpdir(), 'offramp-bench-'));
  const readModels = await openReadModels({ dataDir });
  tell(`embedded, batches of ${size}`, await project(readModels, size));
  await readModels.close();
  await rm(dataDir, { recursive: true });
}

/**
 * On a server, what is written is recorded, and then given to an empty schema by a plain loop, in the same transactions: what
 * any projector has to do at least.
 */
async function server(size) {
  const ours = await onNewDatabase(async (url) => {
    const readModels = await openReadModels({ url });
    const recording = recordWrites();
    const spent = await project(readModels, size);
    const statements = recording.stop();
    await readModels.close();
    return { ...spent, statements };
  });
  const plain = await onNewDatabase(async (url) => {
    await (await openReadModels({ url })).close();
    return timed(() => replay(url, ours.statements));
  });
  tell(`server, batches of ${size}`, ours);
  rows.push({ name: `the same writes alone, batches of ${size}`, value: perSecond(plain), unit: 'entries/s' });
  rows.push({
    name: `share of that, batches of ${size}`,
    value: +(plain / ours.ms).toFixed(2),
    unit: '',
    target: '>= 0.8',
  });
}

function recordWrites() {
  const { query } = pg.Client.prototype;
  const statements = [];
  pg.Client.prototype.query = function (...given) {
    const { text, values } = given[0];
    if (/^\s*(BEGIN|COMMIT|INSERT|UPDATE)/.test(text)) statements.push({ text, values });
    return query.apply(this, given);
  };
  return {
    stop() {
      pg.Client.prototype.query = query;
      return statements;
    },
  };
}

async function replay(url, statements) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  for (const { text, values } of statements) await client.query({ text, values });
  await client.end();
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
  const client = new pg.Client({ connectionString: SERVER, connectionTimeoutMillis: 2000 });
  await client.connect();
  await client.query(sql);
  await client.end();
}

const hasServer = await onServer('SELECT 1').then(
  () => true,
  () => false,
);
for (const size of SIZES) {
  await embedded(size);
  if (hasServer) await server(size);
}
if (!hasServer) process.stdout.write('No Postgres server here: set OFFRAMP_TEST_DATABASE_URL to one.\n');
report('read-models', rows, { entries: ENTRIES, threads: WORKLOAD.threads });
