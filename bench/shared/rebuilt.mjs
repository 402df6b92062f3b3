/** A rebuild of the read models on a Postgres server, and what any rebuild has to do at least. */
import { pipeline } from 'node:stream/promises';
import { Readable } from 'node:stream';
import { TOPICS } from '@offramp/events';
import { mergedSource } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';
import { from as copyFrom, to as copyTo } from 'pg-copy-streams';
import { connected } from './database.mjs';
import { timed } from './measure.mjs';

/**
 * How long it takes to fill the other tables and to index them, and to compare them, ms, and the processor time of this process, µs.
 * The live tables stay empty, and say that they are at the end: what is measured is the rebuild, not the projector. `opener`: how
 * threads open the log.
 */
export async function rebuilt(url, log, opener) {
  const source = { ...mergedSource(log), ...(opener !== undefined && { opener }) };
  const readModels = await openReadModels({ url });
  const client = await connected(url);
  for (let partition = 0; partition < source.partitions; partition++) {
    await readModels.events.claim(partition);
    const ends = [TOPICS.inbound, TOPICS.decisions].map(async (topic) => (await log.bounds(topic, partition)).end);
    const sql = 'UPDATE offramp_v1.cursors SET next_offset = $1, next_decision = $2 WHERE log_partition = $3';
    await client.query(sql, [...(await Promise.all(ends)), partition]);
  }
  await client.end();
  const before = process.cpuUsage();
  const whole = await timed(() => readModels.rebuilds.run(source));
  const { user, system } = process.cpuUsage(before);
  const comparing = await timed(() => readModels.rebuilds.run(source));
  await readModels.close();
  return { ms: whole - comparing, comparing, cpu: user + system };
}

/** The same rows from memory into empty tables, with the key before and the other indexes afterwards, as a rebuild does it. */
export async function plainCopy(url) {
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

/** What is told of both. */
export function rowsOf(events, ours, plain) {
  const perSecond = (ms) => Math.round((events * 1000) / ms);
  return [
    { name: 'rebuild: filled and indexed', value: perSecond(ours.ms), unit: 'events/s' },
    { name: 'this process', value: +(ours.cpu / events).toFixed(1), unit: 'µs of processor an event' },
    { name: 'compared', value: Math.round(ours.comparing), unit: 'ms' },
    { name: 'plain COPY of the same rows, indexed', value: perSecond(plain.ms), unit: 'events/s' },
    { name: 'share of that', value: +(plain.ms / ours.ms).toFixed(2), unit: '', target: '>= 0.5' },
  ];
}
