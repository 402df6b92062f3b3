import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { byHand } from '@offramp/read-models/testing';
import { type Api, openApi } from './api.js';
import { startServer } from './server-process.js';
import { readFolder } from './testing/exported-folder.js';
import { MAIN, lastJson, runOfframp } from './testing/offramp-process.js';

/** `offramp export` through a running standalone server. */

const FIXTURE = resolve(import.meta.dirname, 'importers/fixtures/chatgpt.json');
/** More than a pipe and what stands before it hold. */
const MANY = 20_000;
const MANY_SQL = `
  INSERT INTO offramp_v1.threads SELECT 'many', 'thread-' || i, 0, now(), now(), NULL, 1, 0, 1, 0, 0, 0, 0, 'clear', NULL, NULL,
    NULL, NULL, NULL, 0, 0 FROM generate_series(1, ${MANY}) i`;

let folder: string;
let dataDir: string;
let server: ReturnType<typeof startServer>;
let api: Api;
const env = () => ({ OFFRAMP_DATA: dataDir });
const offramp = (...args: string[]) => runOfframp(['export', ...args], env());

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'offramp-cli-export-'));
  dataDir = join(folder, 'data');
  expect((await runOfframp(['import', FIXTURE], env())).exit).toBe(0);
  await byHand(dataDir, MANY_SQL);
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('OFFRAMP_'));
  const own = { OFFRAMP_DATA: dataDir, OFFRAMP_PORT: '0', OFFRAMP_LOG_LEVEL: 'warn' };
  server = startServer({ ...Object.fromEntries(clean), ...own }, 'ignore');
  const start = await server.started;
  if (!('ready' in start)) throw new Error('The server did not start');
  const { token } = JSON.parse(readFileSync(join(dataDir, 'offramp.lock'), 'utf8')) as { token: string };
  api = openApi({ url: start.ready, token });
}, 120_000);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true, force: true });
});

it.each(['ndjson', 'csv', 'parquet'])(
  'writes all views as %s, with a manifest of what they are',
  async (format) => {
    const to = join(folder, format);
    const ran = await offramp('--to', to, '--format', format);
    expect([ran.exit, ran.err]).toEqual([0, '']);
    const { manifest, rowsOf } = readFolder(to);
    const { headers } = await fetch(`${api.url}/v1/threads`);
    expect(manifest).toMatchObject({ format, tenant: null, position: headers.get('offramp-position') });
    for (const { view } of manifest.files) {
      const { body } = await api.post<{ rows: number[][] }>('/admin/v1/sql', { sql: `SELECT count(*) FROM ${view}` });
      expect([view, rowsOf(view)]).toEqual([view, body.rows[0]![0]]);
    }
    expect([rowsOf('threads') > MANY, rowsOf('messages') > 0]).toEqual([true, true]);
    expect(ran.out.split('\n')).toHaveLength(manifest.files.length + 2);
  },
  120_000,
);

it('writes some views, and the rows of one tenant, where that is asked for', async () => {
  const to = join(folder, 'some');
  const ran = await offramp('--to', to, '--view', 'threads', 'messages', '--tenant', 'many', '--json');
  const { position } = readFolder(to).manifest;
  expect(lastJson(ran)).toEqual({
    ...{ files: ['messages.ndjson', 'threads.ndjson'], rows: MANY, position, at: expect.any(String) as string },
  });
  expect(readFolder(to).manifest.tenant).toBe('many');
});

it('prints one view, the same bytes as in its file', async () => {
  for (const format of ['csv', 'parquet']) {
    const to = join(folder, `print-${format}`);
    await offramp('--to', to, '--format', format, '--view', 'messages');
    const child = spawnOfframp(['--to', '-', '--format', format, '--view', 'messages']);
    const chunks: Buffer[] = [];
    for await (const chunk of child.stdout) chunks.push(chunk as Buffer);
    expect(Buffer.concat(chunks)).toEqual(readFileSync(join(to, `messages.${format}`)));
  }
});

it('ends quietly where the reader has seen enough', async () => {
  const child = spawnOfframp(['--to', '-', '--view', 'threads']);
  const ended = once(child, 'exit');
  const [first] = (await once(child.stdout, 'data')) as [Buffer];
  child.stdout.destroy();
  expect(first.toString()).toContain('"thread_id"');
  expect(await ended).toEqual([0, null]);
  expect(child.said()).toBe('');
});

it.each([
  ['an unknown format', ['--to', 'x', '--format', 'xml'], /--format xml: it is one of ndjson, csv, parquet/],
  ['the archive', ['--to', 'x', '--format', 'archive'], /comes later/],
  ['no folder', [], /--to <directory>/],
  ['an unknown view', ['--to', 'x', '--view', 'nothing'], /There is no view nothing; there are branches, decisions, /],
  ['no tenant', ['--to', 'x', '--tenant', "a'b"], /--tenant a'b: a tenant is/],
  ['all views on the standard output', ['--to', '-'], /name it with --view/],
  ['rows and JSON on it', ['--to', '-', '--view', 'threads', '--json'], /there is no --json/],
  ['a file for a folder', ['--to', FIXTURE], /Nothing can be written to .*chatgpt\.json/],
  ['a folder in a file', ['--to', join(FIXTURE, 'x')], /Nothing can be written to .*ENOTDIR/],
  ['a folder that holds something', ['--to', import.meta.dirname], /is not empty\. Name another folder, or .* --yes/],
])('refuses %s', async (_what, args, said) => {
  const given = args.map((arg) => (arg === 'x' ? join(folder, 'refused') : arg));
  const ran = await offramp(...given);
  expect([ran.exit, ran.out, ran.err]).toEqual([2, '', expect.stringMatching(said)]);
});

it('replaces an export with --yes', async () => {
  const to = join(folder, 'twice');
  await offramp('--to', to, '--view', 'reviews', 'policies');
  expect((await offramp('--to', to, '--view', 'reviews', '--format', 'csv')).exit).toBe(2);
  expect((await offramp('--to', to, '--view', 'reviews', '--format', 'csv', '--yes')).exit).toBe(0);
  expect(readFolder(to).manifest.files.map(({ file }) => file)).toEqual(['reviews.csv']);
});

it('says that there is no room, and keeps nothing', async () => {
  const to = join(folder, 'full');
  // The largest file that this shell and what it runs may write, in blocks of 512 or 1024 bytes.
  const shell = ['-c', 'ulimit -f 64; exec "$@"', 'sh', process.execPath, MAIN, 'export', '--to', to];
  const child = spawnWith('sh', shell);
  const [exit] = (await once(child, 'exit')) as [number];
  expect([exit, child.said()]).toEqual([3, expect.stringMatching(/threads\.ndjson\.partial cannot be written: EFBIG/)]);
  expect(readdirSync(to)).toEqual([]);
});

(existsSync('/dev/full') ? it : it.skip)('says that the standard output takes no more (needs /dev/full)', async () => {
  const shell = [
    '-c',
    'exec "$@" >/dev/full',
    'sh',
    process.execPath,
    MAIN,
    'export',
    '--to',
    '-',
    '--view',
    'threads',
  ];
  const child = spawnWith('sh', shell);
  const [exit] = (await once(child, 'exit')) as [number];
  expect([exit, child.said()]).toEqual([3, expect.stringMatching(/output cannot be written: .*ENOSPC|no space/)]);
});

it('leaves nothing behind in the database, whoever read to the end and whoever did not', async () => {
  const sql = 'SELECT count(*) FROM pg_cursors WHERE is_holdable';
  const left = async () => (await api.post<{ rows: number[][] }>('/admin/v1/sql', { sql })).body.rows[0]![0];
  // Of a process that has ended just now, the server hears a moment later; a cursor that stays lets this test run out of time.
  while ((await left()) !== 0);
});

function spawnOfframp(args: readonly string[]) {
  return spawnWith(process.execPath, [MAIN, 'export', ...args]);
}

function spawnWith(command: string, args: readonly string[]) {
  const clean = Object.entries(process.env).filter(([name]) => !name.startsWith('OFFRAMP_'));
  const child = spawn(command, args, {
    env: { ...Object.fromEntries(clean), ...env() },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return Object.assign(child, { said: () => said });
}
