import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS, TOPIC_NAMES } from '@offramp/events';
import { EXPORT_FORMATS, type ExportFormat, type ExportPart } from '@offramp/read-models';
import { exported, readParquetFile } from '@offramp/read-models/testing';
import { type StandaloneProcess, startStandalone } from './testing/standalone-process.js';

/*
 * Invariants TEXT-FREE and ERASED over the whole server: a word that nobody else uses is written in every place where a person
 * or a model may write something, and then looked for everywhere.
 */

const CANARY = 'xylophonic-canary';
const THREAD = 't1';
const LISTS = ['branches', 'decisions', 'endings', 'feedback'];

let dataDir: string;
let server: StandaloneProcess;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-texts-'));
  server = await startStandalone({ dataDir, env: { OFFRAMP_LOG_LEVEL: 'debug' } });
  await writeEverywhere();
  await server.settle();
}, 60_000);

afterAll(async () => {
  await server.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

it('stores what was written, so that looking for it proves something', async () => {
  expect((await topic(TOPICS.content)).match(new RegExp(CANARY, 'g'))!.length).toBeGreaterThanOrEqual(6);
  expect(await text(`/v1/threads/${THREAD}/messages`)).toContain(`${CANARY} message`);
  expect(await text('/v1/feedback')).toContain(`${CANARY} comment`);
});

it.each(TOPIC_NAMES.filter((name) => name !== TOPICS.content))('has none of it on %s', async (name) => {
  expect(await topic(name)).not.toContain(CANARY);
});

it('has none of it in metrics, nor in what the process logs at its most talkative', async () => {
  expect(await text('/metrics')).not.toContain(CANARY);
  expect(server.logged()).toContain('/v1/messages');
  expect(server.logged()).not.toContain(CANARY);
});

it('has none of it in any view for SQL, where texts never are', async () => {
  const names = await rowsOf("SELECT table_name FROM information_schema.views WHERE table_schema = 'offramp'");
  expect(names.length).toBeGreaterThanOrEqual(9);
  for (const { table_name: view } of names as { table_name: string }[]) {
    const rows = JSON.stringify(await rowsOf(`SELECT * FROM offramp."${view}"`));
    expect([view, rows.includes(CANARY)]).toEqual([view, false]);
  }
  expect(JSON.stringify(await rowsOf('SELECT * FROM feedback'))).toContain(THREAD);
  // What an analyst writes is nobody's text, and it is logged just as little.
  expect((await server.admin('POST', '/sql', { sql: `SELECT "${CANARY}" FROM threads` })).status).toBe(422);
  expect(server.logged()).not.toContain(CANARY);
});

it.each(EXPORT_FORMATS)('has none of it in any file of an export as %s', (format) => checkExport(format));

it('has none of it on the stream of decisions, from its beginning', async () => {
  const start = Buffer.from(['1', ...Array.from({ length: 8 }, () => '0~-1~-1')].join('!')).toString('base64url');
  const response = await fetch(`${server.url}/v1/stream`, { headers: { 'last-event-id': start } });
  const reader = response.body!.getReader();
  let said = '';
  while (!said.includes('offramp.conversation.ended.v1')) said += Buffer.from((await reader.read()).value!).toString();
  await reader.cancel();
  expect(said).not.toContain(CANARY);
});

describe('once it is erased', () => {
  beforeAll(async () => {
    const { status, body } = await call('DELETE', `/v1/threads/${THREAD}/content`);
    expect(status).toBe(202);
    expect(Date.parse(body['erasedBy'] as string)).toBeGreaterThan(Date.now());
    // A copy that comes late, as a platform sends it that got no answer.
    await call('POST', '/v1/messages', { ...message('m1', null), text: `${CANARY} message` });
    await server.settle();
  });

  it.each([
    `/v1/threads/${THREAD}`,
    `/v1/threads/${THREAD}/messages`,
    `/v1/threads/${THREAD}/branches`,
    `/v1/threads/${THREAD}/timeline`,
    `/v1/branches/${THREAD}/m1/explain`,
    '/v1/threads',
    '/v1/branches',
    '/v1/decisions',
    '/v1/endings',
    '/v1/endings/by-category',
    '/v1/feedback',
    '/v1/policies',
    '/v1/stats',
  ])('is read nowhere: %s', async (path) => {
    expect(await text(path)).not.toContain(CANARY);
  });

  it.each(['text/csv', 'application/x-ndjson'])('is in no list as %s', async (accept) => {
    for (const path of ['threads', `threads/${THREAD}/messages`, `threads/${THREAD}/timeline`, ...LISTS]) {
      const rows = await text(`/v1/${path}`, accept);
      expect([path, rows.includes(THREAD), rows.includes(CANARY)]).toEqual([path, true, false]);
    }
  });

  it.each(EXPORT_FORMATS)('is in no export as %s', (format) => checkExport(format));

  it('leaves the decisions and their proofs', async () => {
    const { body } = await call('GET', `/v1/decisions?thread=${THREAD}`);
    expect((body['data'] as { type: string }[]).map(({ type }) => type)).toContain('ConversationEnded');
  });
});

/** Of every view: its rows on their way, its file, and what a reader finds in that. */
async function checkExport(format: ExportFormat): Promise<void> {
  const lines = await (await server.admin('GET', '/export')).text();
  const parts = lines
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ExportPart);
  const { files } = await exported(asStream(parts), format);
  expect(files.size).toBeGreaterThanOrEqual(12);
  for (const [view, file] of files) {
    const bytes = Buffer.from(file);
    const read = format === 'parquet' ? JSON.stringify(readParquetFile(file).rows) : '';
    expect([view, bytes.includes(CANARY), read.includes(CANARY)]).toEqual([view, false, false]);
    if (view === 'feedback') expect(`${bytes.toString()} ${read}`).toContain(THREAD);
  }
  expect(lines).not.toContain(CANARY);
}

async function* asStream(parts: readonly ExportPart[]): AsyncGenerator<ExportPart> {
  yield* parts;
}

async function writeEverywhere(): Promise<void> {
  let parentId: string | null = null;
  let decisionId = '';
  for (let turn = 1; turn <= 5; turn++) {
    const asked = await call('POST', '/v1/messages?wait=verdict', {
      ...message(`m${turn}`, parentId),
      text: `${CANARY} message, you stupid useless idiot, shut up`,
      context: [{ role: 'user', text: `${CANARY} context` }],
    });
    decisionId = asked.body['decisionId'] as string;
    parentId = `a${turn}`;
    const answer = { threadId: THREAD, messageId: parentId, parentId: `m${turn}`, role: 'assistant' };
    const signal = turn === 1 ? { signal: { proposesEnd: { reason: `${CANARY} reason of the model` } } } : {};
    await call('POST', '/v1/messages', { ...answer, text: `${CANARY} answer`, seen: asked.body['seen'], ...signal });
  }
  await call('POST', `/v1/threads/${THREAD}/feedback`, { rating: 'down', comment: `${CANARY} comment`, decisionId });
  await server.settle();
  const review = { outcome: 'upheld', reason: `${CANARY} reason of the reviewer`, by: 'reviewer' };
  expect((await call('POST', `/v1/decisions/${decisionId}/review`, review)).status).toBe(202);
  // What is refused is not logged either.
  await call('POST', '/v1/messages', { ...message('m9', null), text: `${CANARY} refused`, evidence: CANARY });
  await call('POST', '/v1/messages', `{"text":"${CANARY} not JSON`);
}

function message(messageId: string, parentId: string | null) {
  return { threadId: THREAD, messageId, parentId, role: 'user' };
}

async function call(method: 'GET' | 'POST' | 'DELETE', path: string, body?: unknown) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: body === undefined ? {} : { 'content-type': 'application/json' },
    body: body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

async function rowsOf(sql: string): Promise<Record<string, unknown>[]> {
  const answer = await server.admin('POST', '/sql', { sql });
  const { columns, rows } = (await answer.json()) as { columns: string[]; rows: unknown[][] };
  return rows.map((row) => Object.fromEntries(row.map((value, at) => [columns[at]!, value])));
}

async function text(path: string, accept = 'application/json, text/plain'): Promise<string> {
  const response = await fetch(`${server.url}${path}`, { headers: { accept } });
  expect([path, response.status]).toEqual([path, 200]);
  return response.text();
}

async function topic(name: string): Promise<string> {
  return (await server.admin('GET', `/log/${name}`)).text();
}
