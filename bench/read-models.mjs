/** The read models: entries a second into the embedded database and into a Postgres server, 2 % of the threads in trouble. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';
import { openReadModels } from '@offramp/read-models';
import pg from 'pg';
import { messageOf } from './shared/conversations.mjs';
import { connected, isThereAServer, onNewDatabase } from './shared/database.mjs';
import { median, report, timed } from './shared/measure.mjs';

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
const RUNS = quick ? 1 : 3;
/** Beside those that are measured, for what warms up. */
const PARTITIONS_MAX = 4;

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

/** A projector runs for weeks: what is measured is not how the code of its first second is compiled. */
async function warmUp(readModels) {
  const partition = PARTITIONS_MAX;
  await projectOne(readModels.events, partition, batches(partition, { size: 1_000, entries: 10_000 }));
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
  await warmUp(readModels);
  tell(`embedded, ${named(way)}`, await project(readModels, way));
  await readModels.close();
  await rm(dataDir, { recursive: true });
}

function named({ size, partitions }) {
  return `batches of ${size}, ${partitions === 1 ? 'one partition' : `${partitions} partitions`}`;
}

/**
 * On a server, what is written is recorded, and the same rows are then given to an empty schema by plain loops over a connection
 * for each partition, in the same transactions: once from rows in memory, as a loop written by hand would do it, and once with
 * parameters that are ready-made. The three take turns, and the medians are told.
 */
async function server(way) {
  const runs = [];
  for (let run = 0; run < RUNS; run++) runs.push(await turn(way));
  const middle = (name) => median(runs.map((run) => run[name]));
  tell(`server, ${named(way)}`, { ms: middle('ms'), cpu: middle('cpu') }, way.partitions > 1 ? '>= 20000' : undefined);
  const besides = (name, of, target) => {
    rows.push({ name: `${name}, ${named(way)}`, value: perSecond(middle(of)), unit: 'entries/s' });
    const share = median(runs.map((run) => run[of] / run.ms));
    rows.push({ name: 'share of that', value: +share.toFixed(2), unit: '', ...(target && { target }) });
  };
  besides('a loop of unnest upserts', 'upserts', '>= 0.8');
  besides('the same with parameters ready-made', 'statements');
}

async function turn(way) {
  const { written, ...ours } = await onNewDatabase(async (url) => {
    const readModels = await openReadModels({ url });
    await warmUp(readModels);
    const recording = recordWrites();
    const spent = await project(readModels, way);
    const written = recording.stop();
    await readModels.close();
    return { ...spent, written };
  });
  return { ...ours, upserts: await plain(written.map(withRows)), statements: await plain(written) };
}

/** How long the loops take, ms. */
function plain(loops) {
  return onNewDatabase(async (url) => {
    await (await openReadModels({ url })).close();
    const clients = await Promise.all(loops.map(() => connected(url)));
    try {
      return await timed(() => Promise.all(clients.map((client, at) => replay(client, loops[at]))));
    } finally {
      for (const client of clients) await client.end();
    }
  });
}

/** The statements of each partition, in their order. */
function recordWrites() {
  const { query } = pg.Client.prototype;
  const ofPartition = new Map();
  /** The transaction of each connection. */
  const open = new Map();
  pg.Client.prototype.query = function (...given) {
    const { text, values } = given[0];
    if (/^\s*(BEGIN|COMMIT|INSERT|UPDATE)/.test(text)) {
      const transaction = open.get(this) ?? { statements: [] };
      open.set(this, transaction);
      transaction.statements.push({ text, values });
      if (/(INTO|UPDATE) \S+\.cursors/.test(text)) transaction.partition = values[1];
      if (text === 'COMMIT' || transaction.statements[0].text !== 'BEGIN') {
        const { partition, statements } = transaction;
        ofPartition.set(partition, [...(ofPartition.get(partition) ?? []), ...statements]);
        open.delete(this);
      }
    }
    return query.apply(this, given);
  };
  return {
    stop() {
      pg.Client.prototype.query = query;
      return [...ofPartition.values()];
    },
  };
}

async function replay(client, statements) {
  for (const { text, values, rows: some } of statements) {
    await client.query({ text, values: some === undefined ? values : columnsOf(some) });
  }
}

function columnsOf(some) {
  return some[0].map((_, at) => some.map((row) => row[at]));
}

/** The upserts with their rows in place of the arrays. */
function withRows(statements) {
  return statements.map(({ text, values }) => {
    if (!/^INSERT INTO (?!\S+\.cursors)/.test(text)) return { text, values };
    return {
      text,
      rows: columnsOf(values.map((array) => pg.types.arrayParser.create(array, (value) => value).parse())),
    };
  });
}

const hasServer = await isThereAServer();
for (const way of WAYS) {
  await embedded(way);
  if (hasServer) await server(way);
}
if (!hasServer) process.stdout.write('No Postgres server here: set OFFRAMP_TEST_DATABASE_URL to one.\n');
report('read-models', rows, { entries: ENTRIES, threads: WORKLOAD.threads });
