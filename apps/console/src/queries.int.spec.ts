import { type Answer, type TestConsole, startConsole } from './testing/console-app.js';

let api: TestConsole;
/** It takes as long as anybody waits, so it is under way while the other tests run. */
let neverReached: Promise<Answer>;
beforeAll(async () => {
  api = await startConsole();
  neverReached = api.get('/v1/stats?after=1:0');
});
afterAll(() => api.close());

const NULL = '%00';
const INJECTED = "'%20OR%201=1;%20DROP%20TABLE%20offramp_v1.threads;%20--";
const problemIn = ({ text }: Answer) => JSON.parse(text) as { type: string; errors?: { parameter: string }[] };

describe('what cannot be asked', () => {
  it.each([
    ['/v1/threads?colour=red', 'colour'],
    ['/v1/threads?__proto__=1', '__proto__'],
    ['/v1/threads?constructor=1', 'constructor'],
    ['/v1/threads?stage=angry', 'stage'],
    ['/v1/threads?stage=', 'stage'],
    ['/v1/threads?stage=ended&stage=clear', 'stage'],
    ['/v1/threads?guard=perhaps', 'guard'],
    [`/v1/threads?thread=a${NULL}b`, 'thread'],
    ['/v1/threads?since=yesterday', 'since'],
    ['/v1/threads?since=2026-02-30', 'since'],
    ['/v1/threads?before=2026-11-23T10:00:00', 'before'],
    [`/v1/threads?since=2026-11-23${INJECTED}`, 'since'],
    ['/v1/threads?limit=0', 'limit'],
    ['/v1/threads?limit=1001', 'limit'],
    ['/v1/threads?limit=-1', 'limit'],
    ['/v1/threads?limit=1.5', 'limit'],
    ['/v1/threads?limit=1e2', 'limit'],
    ['/v1/threads?limit=', 'limit'],
    [`/v1/threads?limit=1${INJECTED}`, 'limit'],
    ['/v1/threads?sort=updatedAt', 'sort'],
    ['/v1/threads?sort=', 'sort'],
    [`/v1/branches?sort=endedAt${INJECTED}`, 'sort'],
    ['/v1/threads/ended/messages?sort=at', 'sort'],
    ['/v1/branches?feedback=perhaps', 'feedback'],
    [`/v1/branches?category=${NULL}`, 'category'],
    ['/v1/threads?endedBy=nobody', 'endedBy'],
    ['/v1/decisions?outcome=mixed', 'outcome'],
    ['/v1/endings?reviewed=perhaps', 'reviewed'],
    ['/v1/endings/by-category?since=2026-01-01', 'since'],
    ['/v1/feedback?counts=1', 'counts'],
    ['/v1/threads?cursor=', 'cursor'],
    ['/v1/threads?cursor=nonsense', 'cursor'],
    [`/v1/threads?cursor=${INJECTED}`, 'cursor'],
    ['/v1/branches?endedBy=nobody', 'endedBy'],
    [`/v1/branches?policy=${NULL}`, 'policy'],
    ['/v1/decisions?type=Nothing', 'type'],
    ['/v1/decisions?since=2026-13-01', 'since'],
    ['/v1/feedback?rating=sideways', 'rating'],
    ['/v1/threads/ended/messages?stage=ended', 'stage'],
    ['/v1/threads/ended/branches?thread=ended', 'thread'],
    ['/v1/threads/ended/timeline?type=MessagePosted', 'type'],
    ['/v1/threads/ended/timeline?cursor=nonsense', 'cursor'],
    ['/v1/threads/ended?verbose=1', 'verbose'],
    ['/v1/stats?since=2026-11-23', 'since'],
    ['/v1/branches/ended/u1/explain?as=text', 'as'],
    ['/v1/stats?after=soon', 'after'],
    ['/v1/stats?after=2:0', 'after'],
    ['/v1/stats?after=0:1&after=0:2', 'after'],
    [`/v1/stats?after=0:1${INJECTED}`, 'after'],
  ])('%s is a 400 that names the parameter', async (url, parameter) => {
    const answer = await api.get(url);
    expect([answer.status, answer.headers['content-type']]).toEqual([400, 'application/problem+json']);
    const { type, errors } = problemIn(answer);
    expect([type, errors!.map((error) => error.parameter)]).toEqual(['urn:offramp:problem:invalid-query', [parameter]]);
  });

  it('names every parameter that is wrong', async () => {
    const { errors } = problemIn(await api.get('/v1/threads?colour=red&stage=angry&limit=0'));
    expect(errors!.map(({ parameter }) => parameter).sort()).toEqual(['colour', 'limit', 'stage']);
  });

  it.each(['cursor', 'limit'])('is %s of all rows at once', async (parameter) => {
    const answer = await api.get(`/v1/threads?${parameter}=1`, 'text/csv');
    expect([answer.status, problemIn(answer).errors]).toMatchObject([400, [{ parameter }]]);
  });

  it.each([
    ['/v1/threads/nobody', 404],
    ['/v1/threads/nobody/messages', 404],
    ['/v1/threads/nobody/branches', 404],
    ['/v1/threads/nobody/timeline', 404],
    [`/v1/threads/${INJECTED}`, 404],
    ['/v1/branches/ended/nobody/explain', 404],
    ['/v1/branches/nobody/u1/explain', 404],
    [`/v1/branches/${INJECTED}/${INJECTED}/explain`, 404],
    ['/v1/branches/warned/edit/explain', 404],
    [`/v1/threads/a${NULL}b`, 422],
    [`/v1/threads/a%0Ab/timeline`, 422],
    [`/v1/branches/ended/u1${NULL}/explain`, 422],
    [`/v1/threads/${'x'.repeat(129)}`, 422],
    ['/v1/threads/%ff', 400],
  ])('%s is %i', async (url, status) => {
    const answer = await api.get(url);
    expect([answer.status, answer.headers['content-type']]).toEqual([status, 'application/problem+json']);
  });
});

describe('a cursor', () => {
  let cursor: string;
  beforeAll(async () => {
    const page = await api.json<{ next: string }>('/v1/branches?stage=redirecting&limit=1');
    cursor = page.next;
  });
  const ask = (url: string) => api.get(`${url}&cursor=${encodeURIComponent(cursor)}`);

  it('goes on where it belongs', async () => {
    expect((await ask('/v1/branches?stage=redirecting')).status).toBe(200);
    expect((await ask('/v1/branches?stage=redirecting&limit=7')).status).toBe(200);
  });

  it.each([
    '/v1/branches?stage=ended',
    '/v1/branches?guard=false&stage=redirecting',
    '/v1/threads?stage=redirecting',
    '/v1/branches?stage=redirecting&sort=createdAt',
  ])('of another list, or of other filters, is refused: %s', async (url) => {
    const answer = await ask(url);
    expect([answer.status, problemIn(answer).errors]).toMatchObject([400, [{ parameter: 'cursor' }]]);
  });

  it('that somebody has changed is refused, or harmless', async () => {
    const parts = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    for (const key of ["'; DROP TABLE offramp_v1.threads; --", '\u0000', '', 1, null, {}]) {
      for (const place of parts.keys()) {
        const changed = Buffer.from(JSON.stringify(parts.with(place, key))).toString('base64url');
        const { status } = await api.get(`/v1/branches?stage=redirecting&cursor=${changed}`);
        expect([place, key, status < 500]).toEqual([place, key, true]);
      }
    }
    expect(await api.json('/v1/stats')).toMatchObject({ endedBranches: 3 });
  });
});

describe('the media type', () => {
  it.each([
    [undefined, 'application/json; charset=utf-8'],
    ['*/*', 'application/json; charset=utf-8'],
    ['text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8', 'application/json; charset=utf-8'],
    ['text/csv;q=0.5, application/json', 'application/json; charset=utf-8'],
    ['application/json;q=0.1, text/csv', 'text/csv; charset=utf-8; header=present'],
    ['text/*', 'text/csv; charset=utf-8; header=present'],
    ['application/x-ndjson', 'application/x-ndjson'],
    ['application/json;q=0, */*', 'text/csv; charset=utf-8; header=present'],
  ])('for %s is %s', async (accept, type) => {
    const { status, headers } = await api.get('/v1/branches', accept);
    expect([status, headers['content-type'], headers['vary']]).toEqual([200, type, 'Accept']);
  });

  it.each([
    ['/v1/threads', 'image/png'],
    ['/v1/threads/ended', 'text/csv'],
    ['/v1/stats', 'application/x-ndjson'],
    ['/v1/branches/ended/u1/explain', 'text/csv'],
  ])('of %s is never %s', async (url, accept) => {
    const answer = await api.get(url, accept);
    expect([answer.status, problemIn(answer).type]).toEqual([406, 'urn:offramp:problem:not-acceptable']);
  });
});

describe('the position', () => {
  const URLS = [
    ...['/v1/threads', '/v1/threads/ended', '/v1/threads/ended/messages', '/v1/threads/ended/branches'],
    ...['/v1/threads/ended/timeline', '/v1/branches', '/v1/branches/ended/u1/explain', '/v1/decisions', '/v1/feedback'],
    ...['/v1/endings', '/v1/endings/by-category', '/v1/stats'],
  ];

  it.each(URLS)('comes with %s, and may be asked for again', async (url) => {
    const position = (await api.get(url)).headers['offramp-position'];
    expect(position).toMatch(/^0:\d+,1:-1$/);
    expect((await api.get(`${url}?after=${String(position)}`)).headers['offramp-position']).toBe(position);
  });

  it('comes with rows that are sent all at once, and with what there is not', async () => {
    const position = `0:${api.entries.length - 1},1:-1`;
    expect((await api.get('/v1/threads', 'text/csv')).headers['offramp-position']).toBe(position);
    expect((await api.get('/v1/threads/nobody')).headers['offramp-position']).toBe(position);
  });

  it('is waited for', async () => {
    const offset = api.entries.length;
    const asked = api.get(`/v1/threads/new?after=0:${offset}`);
    const { event } = api.entries[0]!;
    const posted = { ...event!, id: 'default/new/start', subject: 'new' };
    await api.project([{ offset, event: posted as typeof event, decisions: [] }]);
    const { status, headers } = await asked;
    expect([status, headers['offramp-position']]).toEqual([200, `0:${offset},1:-1`]);
  });

  it('that is not reached in time is a 503 to be tried again', async () => {
    const answer = await neverReached;
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(problemIn(answer).type).toBe('urn:offramp:problem:projection-behind');
  });
});
