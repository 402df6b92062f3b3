import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Scope } from '@offramp/events';
import { type StandaloneProcess, spawnStandalone, startStandalone } from './testing/standalone-process.js';

/*
 * Invariant TENANT: every call of the whole interface is walked with the key of another tenant, and gets nothing of the first
 * one's; without the scope, without a key, or with a revoked one, nothing at all.
 */

const THREAD = 'their-thread';
const IDS: Readonly<Record<string, string>> = { threadId: THREAD, messageId: 'their-m1', branchId: 'their-m1' };
const ABUSE = { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.95 }, risk: {} };
/** Has no end, and nothing in it before something is decided. */
const STREAM = '/v1/stream';
/** Calls that tell nothing of anybody. */
const PUBLIC = ['/healthz', '/readyz', '/metrics'];

interface Call {
  readonly method: string;
  readonly path: string;
}

let dataDir: string;
let server: StandaloneProcess;
let calls: readonly Call[];
let theirs: string;
let ours: string;
let decisionId: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-tenants-'));
  server = await startStandalone({ dataDir });
  theirs = await createKey('them', ['write', 'read', 'review', 'admin']);
  ours = await createKey('us', ['write', 'read', 'review', 'admin']);
  const posted = await ask(theirs, 'POST', '/v1/messages?wait=verdict', {
    threadId: THREAD,
    messageId: 'their-m1',
    parentId: null,
    role: 'user',
    text: 'their text',
    evidence: ABUSE,
  });
  expect(posted.status).toBe(200);
  decisionId = (JSON.parse(posted.text) as { decisionId: string }).decisionId;
  await ask(theirs, 'POST', `/v1/threads/${THREAD}/feedback`, { rating: 'down', comment: 'their comment' });
  await server.settle();
  const { text } = await ask(undefined, 'GET', '/openapi.json');
  const { paths } = JSON.parse(text) as { paths: Record<string, Record<string, unknown>> };
  calls = Object.entries(paths)
    .filter(([path]) => !PUBLIC.includes(path))
    .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method: method.toUpperCase(), path })));
}, 60_000);

afterAll(async () => {
  await server.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

it('shows the tenant what is theirs, so that the walk below proves something', async () => {
  expect((await ask(theirs, 'GET', `/v1/threads/${THREAD}/messages`)).text).toContain('their text');
  expect((await ask(theirs, 'GET', '/v1/feedback')).text).toContain('their comment');
  expect(calls.length).toBeGreaterThan(15);
});

it('gives the key of another tenant nothing of it, whatever is called', async () => {
  const before = await everythingOf(theirs);
  for (const { method, path } of calls) {
    const { status, text } = await ask(ours, method, filled(path), method === 'GET' ? undefined : {});
    expect([method, path, status < 500]).toEqual([method, path, true]);
    expect([method, path, /their/.exec(withoutEcho(text))]).toEqual([method, path, null]);
  }
  // The same with bodies that say something: they land in the thread of that name of the key's own tenant.
  await ask(ours, 'POST', `/v1/threads/${THREAD}/risk`, { status: 'reported', kind: 'self-harm', by: 'us' });
  await ask(ours, 'POST', `/v1/threads/${THREAD}/feedback`, { rating: 'up' });
  await ask(ours, 'DELETE', `/v1/threads/${THREAD}/content`);
  const review = { outcome: 'overturned', reason: 'none', by: 'us' };
  expect((await ask(ours, 'POST', `/v1/decisions/${decisionId}/review`, review)).status).toBe(404);
  await ask(ours, 'POST', '/admin/v1/endings', { suspended: true, by: 'us', cause: 'test' });
  await server.settle();
  expect(await everythingOf(theirs)).toEqual(before);
});

it('streams to each tenant what is decided about its own threads', async () => {
  const listen = async (key: string) => {
    const headers = { authorization: `Bearer ${key}` };
    return (await fetch(`${server.url}${STREAM}`, { headers })).body!.getReader();
  };
  const listeners = [await listen(theirs), await listen(ours)] as const;
  for (const [key, name] of [
    [theirs, 'their-m2'],
    [ours, 'our-m2'],
  ] as const) {
    const message = { threadId: `of-${name}`, messageId: name, parentId: null, role: 'user', evidence: ABUSE };
    expect((await ask(key, 'POST', '/v1/messages?wait=verdict', message)).status).toBe(200);
  }
  for (const [at, [own, other]] of [
    ['their-m2', 'our-m2'],
    ['our-m2', 'their-m2'],
  ].entries()) {
    let said = '';
    while (!said.includes(own!)) said += Buffer.from((await listeners[at]!.read()).value!).toString();
    expect(said).not.toContain(other);
    await listeners[at]!.cancel();
  }
});

it('lets nobody in who has a wrong key, and says the same to all of them', async () => {
  for (const key of ['ofr_nothing', `${theirs.slice(0, -1)}_`, `ofr_AAAAAAAAAAAA_${'A'.repeat(43)}`]) {
    for (const { method, path } of calls) {
      const { status, text } = await ask(key, method, filled(path), method === 'GET' ? undefined : {});
      expect([method, path, status]).toEqual([method, path, 401]);
      expect(text).not.toContain('their');
    }
  }
});

it('asks for the scope that a call needs, and names it', async () => {
  const reader = await createKey('them', ['read']);
  expect((await ask(reader, 'GET', `/v1/threads/${THREAD}`)).status).toBe(200);
  const { status, text } = await ask(reader, 'POST', `/v1/threads/${THREAD}/feedback`, { rating: 'up' });
  expect([status, text]).toEqual([403, expect.stringContaining('write')]);
  const writer = await createKey('them', ['write']);
  expect((await ask(writer, 'GET', `/v1/threads/${THREAD}`)).status).toBe(403);
  expect((await ask(writer, 'POST', `/v1/threads/${THREAD}/feedback`, { rating: 'up' })).status).toBe(202);
});

it('shuts a revoked key out', async () => {
  const key = await createKey('them', ['read']);
  expect((await ask(key, 'GET', '/v1/threads')).status).toBe(200);
  const keyId = key.split('_')[1]!;
  expect((await server.admin('DELETE', `/keys/${keyId}`, { by: 'ops' })).status).toBe(200);
  await server.settle();
  expect((await ask(key, 'GET', '/v1/threads')).status).toBe(401);
});

it('takes calls without a key as those of the tenant "default", since only this machine can call', async () => {
  expect((await ask(undefined, 'GET', `/v1/threads/${THREAD}`)).status).toBe(404);
});

it('does not start on an address that others can reach before there is a key', async () => {
  const empty = mkdtempSync(join(tmpdir(), 'offramp-open-'));
  try {
    const child = spawnStandalone({ dataDir: empty, env: { OFFRAMP_HOST: '0.0.0.0' } });
    let said = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (said += text));
    const [code] = (await once(child, 'close')) as [number];
    expect([code, said]).toEqual([2, expect.stringContaining('offramp keys create')]);
  } finally {
    rmSync(empty, { recursive: true, force: true });
  }
}, 30_000);

async function createKey(tenant: string, scopes: readonly Scope[]): Promise<string> {
  const answer = await server.admin('POST', '/keys', { tenant, scopes, name: 'test', by: 'test' });
  const { key } = (await answer.json()) as { key: string };
  await server.settle();
  return key;
}

async function ask(key: string | undefined, method: string, path: string, body?: unknown) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    },
    body: body === undefined ? null : JSON.stringify(body),
  });
  return { status: response.status, text: await textOf(response) };
}

/** A stream has no end: what it says at once. */
async function textOf(response: Response): Promise<string> {
  if (response.headers.get('content-type') !== 'text/event-stream') return response.text();
  const reader = response.body!.getReader();
  const { value } = await reader.read();
  await reader.cancel();
  return Buffer.from(value!).toString();
}

function filled(path: string): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => IDS[name] ?? (name === 'id' ? 'them@00000000' : decisionId));
}

/** The ids that the caller has sent may come back. */
function withoutEcho(text: string): string {
  return Object.values(IDS).reduce((rest, id) => rest.replaceAll(id, ''), text);
}

async function everythingOf(key: string): Promise<Record<string, unknown>> {
  const all: Record<string, unknown> = {};
  for (const { method, path } of calls) {
    if (method === 'GET' && path !== STREAM) all[path] = JSON.parse((await ask(key, 'GET', filled(path))).text);
  }
  return all;
}
