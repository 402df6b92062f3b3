/**
 * Rows out of the read models: lists as CSV and NDJSON over HTTP, and `offramp export` in its three formats, from a Postgres
 * server and from the embedded database. How fast, and how much memory above that of an idle process: it must not depend on
 * the number of rows. The table is filled by SQL.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { openReadModels } from '@offramp/read-models';
import { connected, isThereAServer, onNewDatabase } from './shared/database.mjs';
import { report, timed } from './shared/measure.mjs';
import { heapMbOf, peaksDuring, residentMbOf } from './shared/memory.mjs';
import { withDirectory, withServer } from './shared/standalone.mjs';

const quick = process.argv.includes('--quick');
/** `--only=server,lists`: one place, one kind of reading, or both; default: all. */
const only =
  process.argv
    .find((argument) => argument.startsWith('--only='))
    ?.slice('--only='.length)
    .split(',') ?? [];
const wants = (one, other) => only.includes(one) || !only.includes(other);
/** Besides the tenth. */
const ROWS = { server: quick ? 100_000 : 1_000_000, embedded: quick ? 20_000 : 200_000 };
const CLI = fileURLToPath(new URL('../apps/cli/dist/main.js', import.meta.url));
const CONSOLE = fileURLToPath(new URL('shared/console.mjs', import.meta.url));
const LIST = '/v1/decisions';
const VIEW = 'decisions';
const MEMORY = '<= 50';
/** A process that reads fewer has ended before V8 has taken what it takes before it collects anything old. */
const ROWS_OF_A_FULL_HEAP = 100_000;
const LIST_TYPES = ['text/csv', 'application/x-ndjson'];
/** Read before what is measured: some thousand rows, so that code is compiled, and pools and buffers are there. */
const FIRST_ROWS = `${LIST}?before=2026-01-01T06:00:00Z`;

/** Rows as the decider makes them, `from` to `to`, and a tenth of as many of another tenant. */
function fillSql(from, to) {
  return `
    INSERT INTO offramp_v1.decisions (tenant, decision_id, thread_id, message_id, log_partition, log_offset, index, type, at,
      verdict, because_kind, category, score, threshold, because_message_id, stage, attempts, policy, data)
    SELECT tenant, md5(i::text), 'conversation-' || i / 10, 'message-' || i % 10, i % 8, i, 0, 'RedirectAdvised',
      timestamptz '2026-01-01 00:00:00+00' + i * interval '1 second', 'redirect', 'harm', 'abuse', (i % 100) / 100.0, 0.8,
      'message-' || i % 10, 'redirecting', i % 3, 'default@7a146dca',
      jsonb_build_object('position', i % 8 || ':' || i, 'index', 0, 'messageId', 'message-' || i % 10, 'verdict', 'redirect',
        'because', jsonb_build_object('kind', 'harm', 'category', 'abuse', 'score', (i % 100) / 100.0, 'threshold', 0.8,
          'messageId', 'message-' || i % 10),
        'ladder', jsonb_build_object('stage', 'redirecting', 'attempts', i % 3, 'of', 3), 'policy', 'default@7a146dca')
    FROM generate_series(${from}, ${to - 1}) i JOIN (VALUES ('default', 1), ('tenth', 10)) t (tenant, every) ON i % every = 0`;
}

const FILL_AT_ONCE = 20_000;

function* fills(rows) {
  for (let from = 0; from < rows; from += FILL_AT_ONCE) yield fillSql(from, Math.min(rows, from + FILL_AT_ONCE));
}

/** Reads all rows, and returns their number. */
async function readList(url, accept) {
  const response = await fetch(url, { headers: { accept } });
  let lines = 0;
  for await (const chunk of response.body) for (const byte of chunk) if (byte === 0x0a) lines++;
  return accept === 'text/csv' ? lines - 1 : lines;
}

/** Runs the command, and returns its own peak of resident memory. */
async function runExport(env, args) {
  const child = spawn(process.execPath, [CLI, 'export', ...args], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const { result, peaks } = await peaksDuring({ pid: child.pid }, () => once(child, 'exit'));
  if (result[0] !== 0) throw new Error(`The export ended with ${result[0]}`);
  return peaks.resident;
}

const figures = [];

function tellMemory(name, peak, idle) {
  figures.push({ name, value: Math.round(peak - idle), unit: 'MB above idle', target: MEMORY });
}

function tellRate(name, rows, ms) {
  figures.push({ name, value: Math.round((rows * 1000) / ms), unit: 'rows/s' });
}

/**
 * Twice each: whatever a process reads first brings its heap to the size that V8 gives to one that is busy, and what it reads then
 * is what the reading takes.
 */
async function lists(where, server, rows) {
  if (!wants('lists', 'exports')) return;
  for (const accept of LIST_TYPES) await readList(`${server.url}${FIRST_ROWS}`, accept);
  for (const accept of LIST_TYPES) {
    for (const time of ['', ', again']) {
      const idle = { resident: residentMbOf(server.pid), heap: await heapMbOf(server.url) };
      let count = 0;
      let ms = 0;
      const { peaks } = await peaksDuring(server, async () => {
        ms = await timed(async () => (count = await readList(`${server.url}${LIST}`, accept)));
      });
      if (count !== rows) throw new Error(`${accept}: ${count} rows instead of ${rows}`);
      const name = `${where}: list as ${accept.split('/')[1].replace('x-', '')}${time}`;
      tellRate(name, rows, ms);
      tellMemory(`${name}, server resident`, peaks.resident, idle.resident);
      tellMemory(`${name}, server heap`, peaks.heap, idle.heap);
    }
  }
}

/** Of the command itself, which has no time to become idle: how much more it takes for ten times the rows. */
async function exports(where, { env, server }, rows) {
  if (!wants('exports', 'lists')) return;
  const folder = mkdtempSync(join(tmpdir(), 'offramp-bench-'));
  const run = (to, tenant, format) =>
    runExport(env, ['--to', join(folder, to), '--format', format, '--view', VIEW, '--tenant', tenant]);
  try {
    const noneMs = await timed(() => run('none', 'nobody', 'csv'));
    for (const format of ['csv', 'ndjson', 'parquet']) {
      const tenth = await run(`${format}-tenth`, 'tenth', format);
      const idle = server === undefined ? undefined : residentMbOf(server.pid);
      let own = 0;
      let ms = 0;
      const { peaks } = await peaksDuring(server ?? { pid: 0 }, async () => {
        ms = await timed(async () => (own = await run(format, 'default', format)));
      });
      const { files } = JSON.parse(readFileSync(join(folder, format, 'manifest.json'), 'utf8'));
      if (files[0].rows !== rows) throw new Error(`${format}: ${files[0].rows} rows instead of ${rows}`);
      const name = `${where}: export as ${format}`;
      tellRate(name, rows, ms - noneMs);
      if (server !== undefined) tellMemory(`${name}, server resident`, peaks.resident, idle);
      figures.push({ name: `${name}, command resident`, value: Math.round(own), unit: 'MB' });
      const more = Math.round(own - tenth);
      const target = rows / 10 >= ROWS_OF_A_FULL_HEAP ? { target: MEMORY } : {};
      figures.push({ name: `${name}, command, ten times the rows`, value: more, unit: 'MB more', ...target });
      figures.push({ name: `${name}, file`, value: Math.round(files[0].bytes / 2 ** 20), unit: 'MB' });
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function onServer() {
  return onNewDatabase(async (url) => {
    await (await openReadModels({ url })).close();
    const client = await connected(url);
    for (const sql of fills(ROWS.server)) await client.query(sql);
    await client.query('ANALYZE offramp_v1.decisions');
    await client.end();
    await withConsole(url, (server) => lists('server', server, ROWS.server));
    await exports('server', { env: { OFFRAMP_DATABASE_URL: url } }, ROWS.server);
  });
}

async function withConsole(url, work) {
  const child = spawn(process.execPath, [CONSOLE, JSON.stringify({ url })], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = once(child, 'exit');
  try {
    const [line] = await once(createInterface({ input: child.stdout }), 'line');
    await work({ pid: child.pid, url: line });
  } finally {
    child.stdin.end();
    await ended;
  }
}

/** Nobody else has the directory meanwhile. */
const FILL_EMBEDDED = `
  import { PGlite } from '@electric-sql/pglite';
  const database = await PGlite.create({ dataDir: process.argv[1] });
  for await (const sql of (await import('node:readline')).createInterface({ input: process.stdin })) {
    await database.exec(JSON.parse(sql));
  }
  await database.exec('ANALYZE offramp_v1.decisions');
  await database.close();`;

async function embedded() {
  await withDirectory(async (dataDir) => {
    await withServer({ dataDir }, async () => {});
    const child = spawn(process.execPath, ['--input-type=module', '-e', FILL_EMBEDDED, join(dataDir, 'postgres')], {
      cwd: fileURLToPath(new URL('../libs/read-models', import.meta.url)),
      stdio: ['pipe', 'inherit', 'inherit'],
    });
    for (const sql of fills(ROWS.embedded)) child.stdin.write(`${JSON.stringify(sql)}\n`);
    child.stdin.end();
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`Filling ended with ${code}`);
    await withServer({ dataDir }, async (server) => {
      const { pid } = JSON.parse(readFileSync(join(dataDir, 'offramp.lock'), 'utf8'));
      const own = { pid, url: server.url };
      await lists('standalone', own, ROWS.embedded);
      figures.push({
        name: 'standalone: all rows copied, projecting waits',
        value: Math.round(await timed(() => beginningOf(server))),
        unit: 'ms',
      });
      await exports('standalone', { env: { OFFRAMP_DATA: dataDir }, server: own }, ROWS.embedded);
    });
  });
}

/** Until the first line of an export, which is left then. */
async function beginningOf(server) {
  const response = await server.admin('GET', '/export');
  const reader = response.body.getReader();
  await reader.read();
  await reader.cancel();
}

const hasServer = await isThereAServer();
if (wants('embedded', 'server')) await embedded();
if (hasServer && wants('server', 'embedded')) await onServer();
if (!hasServer) process.stdout.write('No Postgres server here: set OFFRAMP_TEST_DATABASE_URL to one.\n');
report('export', figures, { rows: ROWS });
