/**
 * A rebuild of the read models on a Postgres server, beside plain COPY of the same rows into tables of the same layout: what
 * any rebuild has to do at least. Conversations of 20 turns, 3,000 at a time, 2 % of them in trouble.
 */
import { createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';
import { mergedSource, openTemporaryLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import { DECISION_TYPES, TOPICS, decisionsCodec, inboundCodec } from '@offramp/events';
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { messageOf } from './shared/conversations.mjs';
import { connected, onNewDatabase } from './shared/database.mjs';
import { report, timed } from './shared/measure.mjs';

const quick = process.argv.includes('--quick');
/** `--events=N`: another number of them. */
const given = process.argv.find((argument) => argument.startsWith('--events='))?.slice('--events='.length);
const EVENTS = Number(given ?? (quick ? 100_000 : 1_000_000));
const AT_ONCE = 3_000;
const TURNS = 20;
const BATCH = 5_000;
const PARTITIONS = 4;

/** The i-th message of all: when the conversations of a block have had their turns, others begin. */
function eventOf(i, partition) {
  const block = Math.floor(i / (AT_ONCE * TURNS));
  const event = messageOf(i % (AT_ONCE * TURNS), { threads: AT_ONCE, troubled: 50 });
  const subject = `${event.subject}-${block}`;
  return {
    ...event,
    id: `default/${subject}/${event.data.messageId}`,
    subject,
    time: new Date(Date.parse('2026-01-01T00:00:00.000Z') + i).toISOString(),
    data: event.data.seen === undefined ? event.data : { ...event.data, seen: `${partition}:${i}` },
  };
}

/** A decided log; the conversations of a block are on one partition, and blocks take turns. */
async function fillLog(log) {
  const folds = Array.from({ length: PARTITIONS }, (_, partition) => ({
    next: 0,
    fold: createPartitionFold({ partition, facts: createMemoryFacts(), recent: createRecentIds() }),
  }));
  for (let from = 0; from < EVENTS; from += BATCH) {
    const partition = Math.floor(from / (AT_ONCE * TURNS)) % PARTITIONS;
    const events = Array.from({ length: Math.min(BATCH, EVENTS - from) }, (_, at) => eventOf(from + at, partition));
    await append(log, { partition, events, of: folds[partition] });
  }
}

async function append(log, { partition, events, of }) {
  const decisions = events.flatMap((event, at) => of.fold.handle(of.next + at, event).decisions);
  of.next += events.length;
  const position = `${partition}:${of.next - 1}`;
  const { time } = events.at(-1);
  const progress = {
    ...{ specversion: '1.0', id: `progress/${position}`, source: 'offramp', subject: String(partition) },
    ...{ type: DECISION_TYPES.Progress, time, data: { position, time } },
  };
  const records = (codec, some) => some.map((event) => ({ key: '', value: codec.encode(event) }));
  await log.append([
    { topic: TOPICS.inbound, partition, records: records(inboundCodec, events) },
    { topic: TOPICS.decisions, partition, records: records(decisionsCodec, [...decisions, progress]) },
  ]);
}

/** The live tables stay empty, and say that they are at the end: what is measured is the rebuild, not the projector. */
async function rebuild(url, log) {
  const readModels = await openReadModels({ url });
  const client = await connected(url);
  for (let partition = 0; partition < PARTITIONS; partition++) {
    await readModels.events.claim(partition);
    const ends = [TOPICS.inbound, TOPICS.decisions].map(async (topic) => (await log.bounds(topic, partition)).end);
    const sql = 'UPDATE offramp_v1.cursors SET next_offset = $1, next_decision = $2 WHERE log_partition = $3';
    await client.query(sql, [...(await Promise.all(ends)), partition]);
  }
  await client.end();
  const before = process.cpuUsage();
  const whole = await timed(() => readModels.rebuilds.run(mergedSource(log)));
  const { user, system } = process.cpuUsage(before);
  const comparing = await timed(() => readModels.rebuilds.run(mergedSource(log)));
  await readModels.close();
  return { ms: whole - comparing, comparing, cpu: (user + system) / EVENTS };
}

/** The same rows from memory into empty tables, with the key before and the other indexes afterwards, as a rebuild does it. */
async function plainCopy(url) {
  const client = await connected(url);
  const { rows: tables } = await client.query(
    `SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relnamespace = 'offramp_rebuild'::regnamespace`,
  );
  await client.query('CREATE SCHEMA plain');
  const loads = [];
  for (const { name } of tables) loads.push(await prepared(client, name));
  const ms = await timed(async () => {
    for (const { name, chunks, indexes } of loads) {
      await client.query('BEGIN');
      await pipeline(Readable.from(chunks), client.query(copyFrom(`COPY plain.${name} FROM STDIN`)));
      await client.query('COMMIT');
      for (const sql of indexes) await client.query(sql);
    }
  });
  const count = loads.reduce((sum, { rows }) => sum + rows, 0);
  await client.end();
  return { ms, rows: count };
}

async function prepared(client, name) {
  await client.query(`CREATE TABLE plain.${name} (LIKE offramp_rebuild.${name} INCLUDING DEFAULTS)`);
  const { rows: found } = await client.query(
    `SELECT pg_get_indexdef(i.indexrelid) AS sql, pg_get_constraintdef(c.oid) AS key
     FROM pg_index i LEFT JOIN pg_constraint c ON c.conindid = i.indexrelid
     WHERE i.indrelid = 'offramp_rebuild.${name}'::regclass`,
  );
  for (const { key } of found) if (key !== null) await client.query(`ALTER TABLE plain.${name} ADD ${key}`);
  const chunks = [];
  for await (const chunk of client.query(copyTo(`COPY offramp_rebuild.${name} TO STDOUT`))) chunks.push(chunk);
  const [{ rows }] = (await client.query(`SELECT count(*)::int AS rows FROM offramp_rebuild.${name}`)).rows;
  const indexes = found.filter(({ key }) => key === null).map(({ sql }) => sql.replace('offramp_rebuild.', 'plain.'));
  return { name, chunks, rows, indexes };
}

const temporary = await openTemporaryLog({ partitions: PARTITIONS });
try {
  await fillLog(temporary.log);
  await onNewDatabase(async (url) => {
    const ours = await rebuild(url, temporary.log);
    const plain = await plainCopy(url);
    report(
      'rebuild',
      [
        { name: 'rebuild: filled and indexed', value: perSecond(ours.ms), unit: 'events/s' },
        { name: 'this process', value: +ours.cpu.toFixed(1), unit: 'µs of processor an event' },
        { name: 'compared', value: Math.round(ours.comparing), unit: 'ms' },
        { name: 'plain COPY of the same rows, indexed', value: perSecond(plain.ms), unit: 'events/s' },
        { name: 'share of that', value: +(plain.ms / ours.ms).toFixed(2), unit: '', target: '>= 0.5' },
      ],
      { events: EVENTS, rows: plain.rows },
    );
  });
} finally {
  await temporary.destroy();
}

function perSecond(ms) {
  return Math.round((EVENTS * 1000) / ms);
}
