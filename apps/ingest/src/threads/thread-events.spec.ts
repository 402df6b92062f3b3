import { TOPICS, partitionOfThread } from '@offramp/events';
import { TENANT, TIME, type TestIngest, startIngest } from '../testing/ingest-app.js';

const PARTITION = partitionOfThread(TENANT, 'a/b', 2);
const THREAD = '/v1/threads/a%2Fb';
const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

let ingest: TestIngest;
beforeEach(async () => {
  ingest = await startIngest();
});
afterEach(() => ingest.close());

const post = (path: string, body: unknown, key?: string) =>
  ingest.ask('POST', `${THREAD}/${path}`, { body, ...(key !== undefined && { headers: { 'idempotency-key': key } }) });

describe('feedback', () => {
  it('is on the log without the comment, which is content', async () => {
    const { status, body } = await post('feedback', {
      rating: 'down',
      comment: 'Not fair',
      messageId: 'm1',
      decisionId: 'd'.repeat(32),
      by: 'user 7',
    });
    expect([status, body['position']]).toEqual([202, `${PARTITION}:0`]);
    const [inbound] = await ingest.read(TOPICS.inbound);
    expect(inbound).toMatchObject({
      key: 'default/a%2Fb',
      event: { type: 'offramp.feedback.given.v1', subject: 'a/b' },
    });
    expect(inbound!.event.data).toEqual({
      rating: 'down',
      messageId: 'm1',
      decisionId: 'd'.repeat(32),
      by: 'user 7',
      hasComment: true,
    });
    const [content] = await ingest.read(TOPICS.content);
    expect(content!.event.data).toEqual({ kind: 'comment', eventId: body['id'], messageId: 'm1', text: 'Not fair' });
  });

  it('needs no more than a thumb, and an empty comment is none', async () => {
    await post('feedback', { rating: 'up' });
    await post('feedback', { rating: 'up', comment: '' });
    const data = (await ingest.read(TOPICS.inbound)).map(({ event }) => event.data);
    expect(data).toEqual([{ rating: 'up', hasComment: false }, { rating: 'up', hasComment: false }]); // prettier-ignore
    expect(await ingest.read(TOPICS.content)).toEqual([]);
  });

  it('has a comment that is not kept where comments are off', async () => {
    await ingest.close();
    ingest = await startIngest({ environment: { OFFRAMP_COMMENTS: 'off' } });
    await post('feedback', { rating: 'up', comment: 'Thanks' });
    expect((await ingest.read(TOPICS.inbound))[0]!.event.data).toMatchObject({ hasComment: true });
    expect(await ingest.read(TOPICS.content)).toEqual([]);
  });
});

describe('risk', () => {
  it('is reported and cleared, by somebody', async () => {
    await post('risk', { status: 'reported', kind: 'self-harm', messageId: 'm1', by: 'on-call' });
    await post('risk', { status: 'cleared' });
    const events = (await ingest.read(TOPICS.inbound)).map(({ event }) => [event.type, event.data]);
    expect(events).toEqual([
      ['offramp.risk.reported.v1', { kind: 'self-harm', messageId: 'm1', by: 'on-call' }],
      ['offramp.risk.cleared.v1', { by: 'platform' }],
    ]);
  });
});

describe('an idempotency key', () => {
  const idOf = async (path: string, body: object, key: string): Promise<unknown> =>
    (await post(path, body, key)).body['id'];

  it('is the event for the same call, and another one for another call or thread', async () => {
    const first = await idOf('risk', { status: 'reported' }, 'k/1');
    expect(first).toBe('default/risk/a%2Fb/k%2F1');
    expect(await idOf('risk', { status: 'reported' }, 'k/1')).toBe(first);
    expect(await idOf('feedback', { rating: 'up' }, 'k/1')).toBe('default/feedback/a%2Fb/k%2F1');
  });

  it('of any length that is allowed fits on any thread', async () => {
    const path = `/v1/threads/${encodeURIComponent('🙂'.repeat(128))}/risk`;
    const headers = { 'idempotency-key': '"'.repeat(255) };
    expect((await ingest.ask('POST', path, { body: { status: 'cleared' }, headers })).status).toBe(202);
  });

  it.each([['x'.repeat(256)], ['ä'], ['']])('is refused where it is no key', async (key) => {
    const { status, body } = await post('risk', { status: 'reported' }, key);
    expect([status, body['type']]).toEqual([400, 'urn:offramp:problem:malformed-request']);
  });

  it('that is missing makes an id for each call', async () => {
    const ids = [await post('risk', { status: 'cleared' }), await post('risk', { status: 'cleared' })];
    expect(new Set(ids.map(({ body }) => body['id'])).size).toBe(2);
  });
});

describe('erasure', () => {
  it('of a message is on both topics, and says when the last copy is gone', async () => {
    const { status, body } = await ingest.ask('DELETE', `${THREAD}/content?messageId=m1&by=dpo`);
    const erasedBy = new Date(Date.parse(TIME) + 400 * DAY_MS + HOUR_MS).toISOString();
    expect([status, body['erasedBy'], body['position']]).toEqual([202, erasedBy, `${PARTITION}:0`]);
    const [inbound, content] = [await ingest.read(TOPICS.inbound), await ingest.read(TOPICS.content)];
    const data = { messageIds: ['m1'], by: 'dpo' };
    expect([inbound, content].map(([row]) => [row!.position, row!.event.type, row!.event.data])).toEqual([
      [`${PARTITION}:0`, 'offramp.content.erased.v1', data],
      [`${PARTITION}:0`, 'offramp.content.forgotten.v1', data],
    ]);
  });

  it('of a thread names no message', async () => {
    await ingest.ask('DELETE', `${THREAD}/content`);
    expect((await ingest.read(TOPICS.content))[0]!.event.data).toEqual({ by: 'platform' });
  });

  it('needs no body, also where the caller always says that there is JSON', async () => {
    const headers = { 'content-type': 'application/json' };
    expect((await ingest.ask('DELETE', `${THREAD}/content`, { headers })).status).toBe(202);
  });

  it('of what cannot be named is refused', async () => {
    const answer = await ingest.ask('DELETE', `${THREAD}/content?messageId=%00`);
    expect(answer).toMatchObject({ status: 422, body: { errors: [{ parameter: 'messageId' }] } });
    expect(await ingest.read(TOPICS.content)).toEqual([]);
  });

  it('is also done where comments are not kept any more', async () => {
    await ingest.close();
    ingest = await startIngest({ environment: { OFFRAMP_COMMENTS: 'off', OFFRAMP_CONTENT: 'off' } });
    const { body } = await ingest.ask('DELETE', `${THREAD}/content`);
    expect(body['erasedBy']).toBe(TIME);
    expect(await ingest.read(TOPICS.content)).toHaveLength(1);
  });
});

describe('a thread', () => {
  const to = (id: string) => `/v1/threads/${id}/feedback`;
  const body = { rating: 'up' };

  it.each([
    ['a slash', 'a/b'],
    ['signs that mean something in URLs', '?#%&+=;:@ "<>'],
    ['characters beyond 16 bits', '🙂'.repeat(128)],
  ])('is named in paths percent-encoded, also with %s', async (_name, id) => {
    expect((await ingest.ask('POST', to(encodeURIComponent(id)), { body })).status).toBe(202);
    expect((await ingest.read(TOPICS.inbound))[0]!.event.subject).toBe(id);
  });

  it.each([
    ['a control character', '%00', 422],
    ['the end of a line', 'a%0Ab', 422],
    ['too many characters', 'x'.repeat(129), 422],
    ['half a character', '%ED%A0%80', 400],
    ['half an encoding', '%2', 400],
    ['none', '', 404],
  ])('is not named by %s', async (_name, path, status) => {
    const answer = await ingest.ask('POST', to(path), { body });
    expect([answer.status, answer.body['status']]).toEqual([status, status]);
    expect(await ingest.read(TOPICS.inbound)).toEqual([]);
  });
});

describe('a call that is wrong', () => {
  it.each([
    ['feedback', { rating: 'sideways' }, '/rating'],
    ['feedback', { rating: 'up', comment: 7 }, '/comment'],
    ['feedback', { rating: 'up', messageId: 'a\u0007' }, '/messageId'],
    ['risk', { status: 'maybe' }, '/status'],
    ['risk', { status: 'reported', kind: 'He said that he would' }, '/kind'],
    ['risk', { status: 'reported', by: '' }, '/by'],
    ['risk', null, ''],
    ['feedback', [], ''],
    ['feedback', { rating: 'up', decisionId: 'x'.repeat(1000) }, '/decisionId'],
  ])('%s with %j is refused, and nothing is written', async (path, body, pointer) => {
    const answer = await post(path, body);
    expect([answer.status, (answer.body['errors'] as { pointer: string }[])[0]!.pointer]).toEqual([422, pointer]);
    expect(await ingest.read(TOPICS.inbound)).toEqual([]);
  });
});
