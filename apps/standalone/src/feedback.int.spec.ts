import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type StandaloneProcess, startStandalone } from './testing/standalone-process.js';

/* Feedback and reviews, over the whole server: what people say of an ended thread, and what becomes of it. */

const THREAD = 't1';
const UNKNOWN = 'f'.repeat(32);

let dataDir: string;
let server: StandaloneProcess;
/** The ConversationEnded, and the first RedirectAdvised. */
let endId: string;
let redirectId: string;

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'offramp-feedback-'));
  server = await startStandalone({ dataDir });
  const decisions = await endThread();
  endId = decisions.at(-1)!;
  redirectId = decisions[0]!;
  await server.settle();
}, 120_000);
afterAll(async () => {
  await server.end('SIGTERM');
  rmSync(dataDir, { recursive: true, force: true });
});

/** Five abusive turns, each of the first four answered. Returns the decision of each. */
async function endThread(): Promise<string[]> {
  const ids: string[] = [];
  const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.95 }, risk: {} };
  for (let turn = 1, parentId: string | null = null; turn <= 5; turn++) {
    const asked = await post('/v1/messages?wait=verdict', { ...message(`m${turn}`, parentId), evidence });
    ids.push(asked.body['decisionId'] as string);
    parentId = `a${turn}`;
    const answer = { threadId: THREAD, messageId: parentId, parentId: `m${turn}`, role: 'assistant' };
    await post('/v1/messages', { ...answer, seen: asked.body['seen'] });
  }
  return ids;
}

function message(messageId: string, parentId: string | null) {
  return { threadId: THREAD, messageId, parentId, role: 'user' };
}

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: Record<string, unknown>;
}

async function post(path: string, body: object): Promise<Answer> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${server.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  const retryAfter = response.headers.get('retry-after');
  return { status: response.status, retryAfter, body: (await response.json()) as Answer['body'] };
}

const thumb = (rating: 'up' | 'down', more: object) => post(`/v1/threads/${THREAD}/feedback`, { rating, ...more });
const review = (id: string, outcome: string, by = 'ada') =>
  post(`/v1/decisions/${id}/review`, { outcome, by, reason: 'looked at it' });

async function rows(path: string): Promise<Record<string, unknown>[]> {
  await server.settle();
  const response = await fetch(`${server.url}${path}`);
  expect([path, response.status]).toEqual([path, 200]);
  return ((await response.json()) as { data: Record<string, unknown>[] }).data;
}

async function daily(): Promise<unknown> {
  await server.settle();
  const sql = 'SELECT sum(ends), sum(overturned_ends), sum(feedback_up), sum(feedback_down) FROM exposure_daily';
  const { rows: all } = (await (await server.admin('POST', '/sql', { sql })).json()) as { rows: unknown[][] };
  return all[0];
}

it('Feedback is taken on a message, the thread, a decision and what nobody knows, and the last of a person counts', async () => {
  const given = [
    await thumb('up', { decisionId: endId, by: 'kim' }),
    await thumb('down', { decisionId: endId, by: 'kim', comment: 'it was a joke' }),
    await thumb('down', { messageId: 'm5', by: 'kim' }),
    await thumb('up', { by: 'kim' }),
    await thumb('down', { decisionId: endId, by: 'lee' }),
    await thumb('up', { messageId: 'nobody-knows' }),
    await thumb('up', { decisionId: UNKNOWN }),
    // A decision of another thread: it counts where it was given, and not on that.
    await post('/v1/threads/elsewhere/feedback', { rating: 'up', decisionId: endId, by: 'sam' }),
  ];
  expect(given.map(({ status }) => status)).toEqual(Array.from({ length: given.length }, () => 202));
  expect(await rows('/v1/feedback')).toHaveLength(given.length);
  expect(await rows('/v1/endings')).toMatchObject([{ decisionId: endId, feedbackUp: 0, feedbackDown: 2 }]);
  expect(await rows('/v1/endings?feedback=up')).toEqual([]);
  expect(await daily()).toEqual([1, 0, 4, 3]);
});

it('An ending that nobody has reviewed waits in its queue, and in another one where thumbs are down', async () => {
  for (const queue of ['reviewed=false', 'feedback=down']) {
    expect(await rows(`/v1/endings?${queue}`)).toMatchObject([{ decisionId: endId }]);
  }
});

it('A review of no end opens nothing, and one of no decision is to be tried again', async () => {
  expect((await review(redirectId, 'overturned')).status).toBe(202);
  expect(await review(UNKNOWN, 'overturned')).toMatchObject({ status: 404, retryAfter: '1' });
  expect(await rows('/v1/decisions?type=ConversationReopened')).toEqual([]);
  const refused = await post('/v1/messages?wait=verdict', message('m6', 'm5'));
  expect(refused).toMatchObject({ status: 409, body: { decisionId: endId } });
});

it('Reviews at the same time all count, and the line is opened once, for good', async () => {
  const reviews = await Promise.all([
    review(endId, 'overturned', 'ada'),
    review(endId, 'overturned', 'bob'),
    review(endId, 'upheld', 'cyd'),
  ]);
  expect(reviews.map(({ status }) => status)).toEqual([202, 202, 202]);
  expect((await review(endId, 'overturned', 'ada')).status).toBe(202);
  expect(await rows('/v1/decisions?type=ConversationReopened')).toMatchObject([{ threadId: THREAD }]);
  expect(await rows('/v1/endings')).toMatchObject([{ decisionId: endId, outcome: 'overturned' }]);
  expect(await rows('/v1/endings?reviewed=false')).toEqual([]);
  expect(await rows('/v1/branches?stage=ended')).toEqual([]);
  const taken = await post('/v1/messages?wait=verdict', message('m7', 'm5'));
  expect(taken).toMatchObject({ status: 200, body: { verdict: 'continue' } });
  expect(await daily()).toEqual([1, 1, 4, 3]);
  const byCategory = await fetch(`${server.url}/v1/endings/by-category`);
  expect(await byCategory.json()).toMatchObject({ data: [{ category: 'abuse', endings: 1, overturned: 1 }] });
});
