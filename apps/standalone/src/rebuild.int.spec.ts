import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RebuildProgress } from '@offramp/read-models';
import { byHand, holdByHand, letGoByHand, untilHeld } from '@offramp/read-models/testing';
import { type StandaloneProcess, startStandalone } from './testing/standalone-process.js';

/*
 * Invariant VIEW: rebuilt = incremental, in the whole server. It is killed in the middle of a rebuild, goes on with it by itself,
 * takes messages meanwhile, and its projector finds the exchanged tables without being told.
 */

const THREADS = 400;
const LINES = 2_000;

let dataDir: string;
let server: StandaloneProcess;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-rebuild-'));
  server = await startStandalone({ dataDir });
}, 60_000);
afterAll(async () => {
  await server.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

/** Turns of so many conversations; every tenth of them abuses. */
async function post(first: number): Promise<void> {
  const lines = Array.from({ length: LINES }, (_, index) => {
    const turn = first + Math.floor(index / THREADS);
    const thread = index % THREADS;
    const harm = { abuse: thread % 10 === 0 ? 0.95 : 0.01 };
    const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm, risk: {} };
    const role = turn % 2 === 0 ? 'user' : 'assistant';
    const body = { threadId: `t${thread}`, messageId: `m${turn}`, role, ...(role === 'user' && { evidence }) };
    return `${JSON.stringify(body)}\n`;
  });
  const response = await fetch(`${server.url}/v1/messages`, {
    method: 'POST',
    headers: { 'content-type': 'application/x-ndjson' },
    body: lines.join(''),
  });
  expect((await response.text()).split('\n').filter((line) => /"status":20/.test(line))).toHaveLength(LINES);
}

async function rebuild(path = '', body: object = {}): Promise<RebuildProgress> {
  const response = await server.admin('POST', `/rebuild${path}`, body);
  expect(response.status).toBe(200);
  return (await response.json()) as RebuildProgress;
}

async function progressWhen(isSo: (progress: RebuildProgress) => boolean): Promise<RebuildProgress> {
  for (;;) {
    const progress = (await (await server.admin('GET', '/rebuild')).json()) as RebuildProgress;
    if (isSo(progress)) return progress;
    expect(progress.failed).toBeUndefined();
  }
}

async function readiness(): Promise<unknown> {
  const answer = await fetch(`${server.url}/readyz`);
  expect(answer.status).toBe(200);
  return answer.json();
}

async function threads(): Promise<{ threads: number; messages: number }> {
  return (await (await fetch(`${server.url}/v1/stats`)).json()) as { threads: number; messages: number };
}

it('ends with equal tables, though the server was killed half-way, and goes on with those that it swapped', async () => {
  await post(0);
  await post(5);
  await server.settle();
  await server.end('SIGTERM');
  await byHand(dataDir, `UPDATE offramp_v1.projection_versions SET version = 0 WHERE projection = 'ends'`);
  await holdByHand(dataDir);
  server = await startStandalone({ dataDir });
  const needed = 'An older version has filled ends: run `offramp rebuild`, then `offramp rebuild --swap`.';
  expect(server.logged()).toContain(needed);
  expect(await readiness()).toEqual({
    status: 'ready',
    causes: [],
    degraded: [{ part: 'read-models', cause: needed }],
  });
  await rebuild();
  await untilHeld(dataDir);
  expect(await server.end('SIGKILL')).toBe('SIGKILL');
  await letGoByHand(dataDir);

  server = await startStandalone({ dataDir });
  const before = await progressWhen(() => true);
  expect(before.events).toBeGreaterThan(0);
  const [compared] = await Promise.all([progressWhen(({ state }) => state !== 'filling'), post(10)]);
  expect(compared).toMatchObject({ state: 'compared', equal: true, outdated: ['ends'] });
  expect(compared.tables!.find(({ table }) => table === 'threads')).toMatchObject({ rebuilt: { rows: THREADS } });

  expect(await rebuild('/swap')).toMatchObject({ state: 'swapped', left: 0, outdated: [] });
  expect(await readiness()).toMatchObject({ status: 'ready', degraded: [] });
  await post(15);
  await server.settle();
  expect(await threads()).toMatchObject({ threads: THREADS, messages: 4 * LINES });
  // The old ones are brought to where the new ones are now, so nothing is missing in them either.
  expect(await rebuild('/rollback')).toMatchObject({ state: 'compared', left: 0 });
  expect(await threads()).toMatchObject({ threads: THREADS, messages: 4 * LINES });
  await rebuild();
  expect(await progressWhen(({ running }) => !running)).toMatchObject({ state: 'compared', equal: true });
  expect(await rebuild('/cancel')).toMatchObject({ state: 'none' });
}, 240_000);

it('answers what does not fit with a problem', async () => {
  const answers = await Promise.all([
    server.admin('POST', '/rebuild/swap', {}),
    server.admin('POST', '/rebuild', { projection: 'none' }),
  ]);
  expect(answers.map(({ status }) => status)).toEqual([422, 422]);
  expect(await (await fetch(`${server.url}/admin/v1/rebuild`)).json()).toMatchObject({ status: 401 });
});
