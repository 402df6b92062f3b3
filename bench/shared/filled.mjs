/** Read models that a long history was projected into, on a Postgres server or embedded, and a console that asks them. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openReadModels } from '@offramp/read-models';
import pg from 'pg';
import { connected, onNewDatabase } from './database.mjs';
import { PARTITIONS, tell } from './history.mjs';
import { createClient } from './http-client.mjs';

const BATCH = 2_000;

/** Projects the history in batches, as the projector does. */
async function fill({ events }, threads) {
  const waiting = [];
  for (let partition = 0; partition < PARTITIONS; partition++) {
    waiting.push({ ...(await events.claim(partition)), entries: [] });
  }
  async function flush(partition) {
    const { epoch, entries } = waiting[partition];
    if (entries.length === 0) return;
    const inbound = entries.at(-1).offset + 1;
    const next = { inbound, decisions: inbound };
    const { kind } = await events.apply({ partition, epoch, from: entries[0].offset, entries, next });
    if (kind !== 'applied') throw new Error(`A batch was not applied: ${kind}`);
    waiting[partition].entries = [];
  }
  await tell({ threads }, ({ partition, entry }) => {
    const { entries } = waiting[partition];
    entries.push(entry);
    return entries.length < BATCH ? undefined : flush(partition);
  });
  for (let partition = 0; partition < PARTITIONS; partition++) await flush(partition);
}

/** A text for every message and every comment; then what a server does by itself after a while. */
const CONTENTS = [
  `INSERT INTO offramp_v1.contents SELECT tenant, thread_id, tenant || '/' || thread_id || '/' || message_id, 'message',
     message_id, repeat('Some words. ', 8), posted_at FROM offramp_v1.messages`,
  `INSERT INTO offramp_v1.contents SELECT tenant, thread_id, feedback_id, 'comment', NULL, 'I do not agree.', at
     FROM offramp_v1.feedback`,
  'VACUUM ANALYZE',
];

/** Calls `work` with the address of a database that is filled, and removes it unless it is to be kept. */
export function onServer({ threads, keep }, work) {
  return onNewDatabase(
    async (url) => {
      const readModels = await openReadModels({ url });
      await fill(readModels, threads);
      await readModels.close();
      const client = await connected(url);
      for (const sql of CONTENTS) await client.query(sql);
      await client.end();
      return await work(url);
    },
    { keep },
  );
}

/** Calls `work` with a data directory that is filled, and removes it. */
export async function onEmbedded({ threads }, work) {
  const dataDir = await mkdtemp(join(tmpdir(), 'offramp-bench-'));
  try {
    const readModels = await openReadModels({ dataDir });
    await fill(readModels, threads);
    await readModels.close();
    return await work(dataDir);
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

/** Calls `work` with a client of a console on this place. */
export async function withConsole({ place, clients }, work) {
  const script = fileURLToPath(new URL('console.mjs', import.meta.url));
  const args = [script, JSON.stringify(place), String(PARTITIONS)];
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    const [url] = await once(createInterface({ input: child.stdout }), 'line');
    const client = createClient(url, clients);
    const result = await work(client);
    client.close();
    return result;
  } finally {
    child.stdin.end();
    await ended;
  }
}
