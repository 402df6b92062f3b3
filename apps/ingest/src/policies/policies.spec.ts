import { TOPICS } from '@offramp/events';
import { BUILT_IN_POLICY, policyId } from '@offramp/ladder';
import { TIME, type TestIngest, startIngest } from '../testing/ingest-app.js';

const DOCUMENT = { ...BUILT_IN_POLICY.document, name: 'strict', redirects: 2, 'x-owner': 'team a' };
const ID = policyId(DOCUMENT);

let ingest: TestIngest;
beforeEach(async () => {
  ingest = await startIngest();
});
afterEach(() => ingest.close());

const post = (path: string, body?: unknown, headers?: Record<string, string>) =>
  ingest.ask('POST', `/v1/policies${path}`, { ...(body !== undefined && { body }), ...(headers && { headers }) });
const list = async (): Promise<{ id: string; active: object | null }[]> =>
  (await ingest.ask('GET', '/v1/policies')).body['data'] as never;

describe('a policy', () => {
  it('that is built in holds where no other does', async () => {
    const { status, body } = await ingest.ask('GET', '/v1/policies');
    expect(status).toBe(200);
    const active = { share: 1, by: 'offramp' };
    expect(body).toEqual({
      data: [{ id: BUILT_IN_POLICY.id, document: BUILT_IN_POLICY.document, builtIn: true, active }],
      next: null,
    });
  });

  it('that was posted is kept on every partition, covers nothing, and is kept once', async () => {
    const stored = await post('', DOCUMENT);
    expect(stored).toMatchObject({ status: 201, body: { id: ID, document: DOCUMENT, builtIn: false, active: null } });
    expect((await post('', DOCUMENT)).status).toBe(201);
    const rows = await ingest.read(TOPICS.inbound);
    expect(rows.map(({ position, key, event }) => [position, key, event.subject, event.data['share']])).toEqual([
      ['0:0', '', '', 0],
      ['1:0', '', '', 0],
    ]);
    expect(new Set(rows.map(({ event }) => event.id)).size).toBe(1);
    expect((await ingest.ask('GET', `/v1/policies/${encodeURIComponent(ID)}`)).body).toEqual(stored.body);
  });

  it('that is activated is an event on every partition, with the reason as content', async () => {
    await post('', DOCUMENT);
    const { status, body } = await post(`/${ID}/activate`, { share: 0.1, by: 'ada', reason: 'A trial' });
    expect([status, body]).toEqual([202, { id: ID, share: 0.1, positions: ['0:1', '1:1'] }]);
    const activation = (await ingest.read(TOPICS.inbound))[1]!.event;
    expect(activation.data).toEqual({ policy: ID, document: DOCUMENT, share: 0.1, by: 'ada', hasReason: true });
    const [content] = await ingest.read(TOPICS.content);
    expect(content!.event.data).toEqual({ kind: 'policy-reason', eventId: activation.id, text: 'A trial' });
    expect((await list()).map(({ id, active }) => [id, active])).toEqual([
      [BUILT_IN_POLICY.id, { share: 1, by: 'offramp' }],
      [ID, { share: 0.1, since: TIME, by: 'ada' }],
    ]);
  });

  it('that covers everything replaces those before it, and the built-in one can come back', async () => {
    await post('', DOCUMENT);
    expect((await post(`/${ID}/activate`)).status).toBe(202);
    expect((await list()).map(({ active }) => active !== null)).toEqual([false, true]);
    await post(`/${BUILT_IN_POLICY.id}/activate`, { share: 1 });
    expect((await list()).map(({ active }) => active !== null)).toEqual([true, false]);
  });

  it('is learnt from the log by a process that starts later', async () => {
    await post('', DOCUMENT);
    await post(`/${ID}/activate`);
    const before = await list();
    ingest = await ingest.restart();
    expect(await list()).toEqual(before);
  });

  it('is activated once for an idempotency key', async () => {
    await post('', DOCUMENT);
    const headers = { 'idempotency-key': 'k' };
    await post(`/${ID}/activate`, { share: 1 }, headers);
    await post(`/${ID}/activate`, { share: 1 }, headers);
    const ids = (await ingest.read(TOPICS.inbound))
      .filter(({ event }) => event.data['share'] === 1)
      .map(({ event }) => event.id);
    expect([ids.length, new Set(ids)]).toEqual([4, new Set([`default/policy/${encodeURIComponent(ID)}/k`])]);
  });

  it.each([
    [{ share: 1.5 }, '/share'],
    [{ share: -1 }, '/share'],
    [{ share: '1' }, '/share'],
    [{ by: '' }, '/by'],
    [{ reason: 7 }, '/reason'],
    ['[]', ''],
  ])('is not activated by what is wrong: %j', async (body, pointer) => {
    await post('', DOCUMENT);
    const answer = await post(`/${ID}/activate`, body);
    expect([answer.status, (answer.body['errors'] as { pointer: string }[])[0]!.pointer]).toEqual([422, pointer]);
    expect(await ingest.read(TOPICS.inbound)).toHaveLength(2);
  });

  it('that nobody posted cannot be activated', async () => {
    expect(await post('/strict@00000000/activate', {})).toMatchObject({ status: 404 });
    expect(await ingest.ask('GET', '/v1/policies/strict@00000000')).toMatchObject({ status: 404 });
  });
});

describe('a check', () => {
  it('tells the id, and writes nothing', async () => {
    expect(await post('/check', DOCUMENT)).toMatchObject({ status: 200, body: { id: ID } });
    expect(await ingest.read(TOPICS.inbound)).toEqual([]);
  });

  const deep = `${'{"a":'.repeat(1000)}1${'}'.repeat(1000)}`;
  it.each([
    ['a floor', { ...DOCUMENT, redirects: 1 }, '/redirects', /^Floor: redirects/],
    [
      'a floor of a category',
      { ...DOCUMENT, perCategory: { hate: { redirects: 0 } } },
      '/perCategory/hate/redirects',
      /^Floor/,
    ],
    ['a guard that is missing', { ...DOCUMENT, guard: undefined }, '/guard', /^Floor: the guard exists/],
    ['a risk that is missing', { ...DOCUMENT, risk: { 'self-harm': 0.3 } }, '/risk/mental-health-crisis', /^Floor/],
    ['rules of a newer program', { ...DOCUMENT, semantics: 2 }, '/semantics', /does not have that version/],
    ['a name that is none', { ...DOCUMENT, name: 'a b' }, '/name', /name/],
    ['no object', '7', '', /./],
    ['deep nesting', deep, '', /levels/],
    ['a NUL', { ...DOCUMENT, note: 'a\u0000' }, '', /NUL/],
    ['a document that is too large', { ...DOCUMENT, note: 'x'.repeat(300_000) }, '', /at most/],
  ])('names what is wrong: %s', async (_name, body, pointer, detail) => {
    for (const path of ['/check', '']) {
      const answer = await post(path, body);
      expect(answer).toMatchObject({ status: 422, body: { type: 'urn:offramp:problem:invalid-policy' } });
      const errors = answer.body['errors'] as { pointer: string; detail: string }[];
      expect(errors[0]!.pointer).toBe(pointer);
      expect(errors[0]!.detail).toMatch(detail);
    }
    expect(await ingest.read(TOPICS.inbound)).toEqual([]);
  });
});

describe('endings', () => {
  it('are suspended and resumed on every partition', async () => {
    const suspend = (suspended: boolean) =>
      ingest.ask('POST', '/admin/v1/endings', { body: { suspended, by: 'ada', cause: 'incident-7' } });
    expect(await suspend(true)).toMatchObject({ status: 202, body: { suspended: true, positions: ['0:0', '1:0'] } });
    expect(await suspend(false)).toMatchObject({ status: 202, body: { positions: ['0:1', '1:1'] } });
    const types = (await ingest.read(TOPICS.inbound)).map(({ event }) => event.type);
    expect(types.slice(0, 2)).toEqual(['offramp.endings.suspended.v1', 'offramp.endings.resumed.v1']);
    const wrong = await ingest.ask('POST', '/admin/v1/endings', {
      body: { suspended: true, by: 'a', cause: 'I was sad' },
    });
    expect(wrong.status).toBe(422);
  });
});
