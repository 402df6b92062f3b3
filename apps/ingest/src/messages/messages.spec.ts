import { once } from 'node:events';
import { connect } from 'node:net';
import type { Assessor } from '@offramp/assess';
import { TOPICS, partitionOfThread, position } from '@offramp/events';
import { TENANT, TIME, type TestIngest, startIngest } from '../testing/ingest-app.js';

const PARTITION = partitionOfThread(TENANT, 't1', 2);
const MINIMAL = { threadId: 't1', messageId: 'm1', role: 'user' };

let ingest: TestIngest;
afterEach(() => ingest.close());

const post = (body: unknown, headers?: Record<string, string>) =>
  ingest.ask('POST', '/v1/messages', { body, ...(headers && { headers }) });

describe('a message', () => {
  it('is answered when it is on the log, with its position', async () => {
    ingest = await startIngest();
    const answer = await post(MINIMAL);
    expect(answer).toMatchObject({
      status: 202,
      body: { position: `${PARTITION}:0`, threadId: 't1', messageId: 'm1' },
    });
    expect(await ingest.read(TOPICS.inbound)).toEqual([
      {
        position: `${PARTITION}:0`,
        key: 'default/t1',
        event: {
          specversion: '1.0',
          id: 'default/t1/m1',
          source: 'default',
          subject: 't1',
          type: 'offramp.message.posted.v1',
          time: TIME,
          data: { messageId: 'm1', role: 'user' },
        },
      },
    ]);
    expect(await ingest.read(TOPICS.content)).toEqual([]);
  });

  it('leaves its texts to the content topic, before itself, and takes no text to the log', async () => {
    ingest = await startIngest();
    await post({
      threadId: 'a/b',
      messageId: 'm 1',
      parentId: null,
      role: 'assistant',
      text: 'Grüße 🙂',
      at: '2026-11-23T07:24:30+01:00',
      signal: { redirected: true, proposesEnd: { reason: 'It hurts' } },
      context: [{ role: 'user', text: 'earlier' }],
      unknown: { field: 1 },
    });
    const [inbound] = await ingest.read(TOPICS.inbound);
    expect(inbound!.key).toBe('default/a%2Fb');
    expect(inbound!.event).toMatchObject({ id: 'default/a%2Fb/m%201', subject: 'a/b' });
    expect(inbound!.event.data).toEqual({
      messageId: 'm 1',
      parentId: null,
      role: 'assistant',
      at: '2026-11-23T06:24:30.000Z',
      textLength: 8,
      signal: { redirected: true, proposesEnd: true },
    });
    const content = await ingest.read(TOPICS.content);
    expect(content.map(({ key, event }) => [key, event.id, event.data])).toEqual([
      [
        'default/a%2Fb',
        'default/a%2Fb/m%201/message',
        { kind: 'message', eventId: 'default/a%2Fb/m%201', messageId: 'm 1', text: 'Grüße 🙂' },
      ],
      [
        'default/a%2Fb',
        'default/a%2Fb/m%201/proposal-reason',
        { kind: 'proposal-reason', eventId: 'default/a%2Fb/m%201', messageId: 'm 1', text: 'It hurts' },
      ],
    ]);
  });

  it('has its length but not its text where no content is kept', async () => {
    ingest = await startIngest({ environment: { OFFRAMP_CONTENT: 'off' } });
    await post({ ...MINIMAL, text: 'x'.repeat(1000) });
    expect((await ingest.read(TOPICS.inbound))[0]!.event.data).toMatchObject({ textLength: 1000 });
    expect(await ingest.read(TOPICS.content)).toEqual([]);
  });

  it('keeps ids of the greatest length', async () => {
    ingest = await startIngest();
    const id = '🙂'.repeat(128);
    const answer = await post({ threadId: id, messageId: id, role: 'user', text: 'x' });
    expect(answer.status).toBe(202);
    expect((await ingest.read(TOPICS.content))[0]!.event.subject).toBe(id);
  });
});

describe('what is unusual but not wrong', () => {
  const dataOf = async (body: unknown, headers?: Record<string, string>): Promise<object> => {
    const { status } = await post(body, headers);
    expect(status).toBe(202);
    return (await ingest.read(TOPICS.inbound)).at(-1)!.event.data;
  };

  beforeEach(async () => {
    ingest = await startIngest();
  });

  it.each([
    ['a time long ago', { at: '0000-01-01T00:00:00Z' }, { at: '0000-01-01T00:00:00.000Z' }],
    ['a time that is far away', { at: '9999-12-31T23:59:59.999Z' }, { at: '9999-12-31T23:59:59.999Z' }],
    ['a parent that nobody has posted', { parentId: 'nobody' }, { parentId: 'nobody' }],
    ['an empty text', { text: '' }, { textLength: 0 }],
    ['no more context than is allowed', { context: Array(8).fill({ role: 'tool', text: '' }) }, {}],
  ])('is taken: %s', async (_name, body, data) => {
    expect(await dataOf({ ...MINIMAL, ...body })).toEqual({ messageId: 'm1', role: 'user', ...data });
  });

  it('is the same message: a mark of byte order, a charset', async () => {
    expect(await dataOf(`\ufeff${JSON.stringify(MINIMAL)}`)).toEqual({ messageId: 'm1', role: 'user' });
    const headers = { 'content-type': 'application/json; charset=utf-8' };
    expect(await dataOf(MINIMAL, headers)).toEqual({ messageId: 'm1', role: 'user' });
  });

  it('is a name of a field or a category that objects inherit', async () => {
    const scores = '{"constructor":0.9,"__proto__":{"abuse":1}}';
    const evidence = `{"harm":${scores},"risk":{}}`;
    const data = await dataOf(`{"threadId":"t1","messageId":"m1","role":"user","toString":1,"evidence":${evidence}}`);
    expect(data).toMatchObject({ evidence: { status: 'assessed', harm: { constructor: 0.9 }, risk: {} } });
    expect(Object.keys((data as { evidence: { harm: object } }).evidence.harm)).toEqual(['constructor']);
  });

  it('is a text with NUL, or with half a character', async () => {
    await post('{"threadId":"t1","messageId":"m1","role":"user","text":"\\u0000 \\ud83d"}');
    expect((await ingest.read(TOPICS.content))[0]!.event.data['text']).toBe('\u0000 \ud83d');
  });

  it('is an id that was used, which is on the log again, and the decider says what it counts for', async () => {
    await post(MINIMAL);
    await post({ ...MINIMAL, role: 'assistant', text: 'another body' });
    const rows = await ingest.read(TOPICS.inbound);
    expect(rows.map(({ position: at, event }) => [at, event.id, event.data['role']])).toEqual([
      [position(PARTITION, 0), 'default/t1/m1', 'user'],
      [position(PARTITION, 1), 'default/t1/m1', 'assistant'],
    ]);
  });
});

describe('evidence', () => {
  const calls: unknown[] = [];
  const assessor = (assess: Assessor['assess']): Assessor => ({ name: 'test', version: '3', assess });
  const sees = assessor((message) => {
    calls.push(message);
    return { assessor: 'test', version: '3', status: 'assessed', harm: { abuse: 0.1 }, risk: { 'self-harm': 0.4 } };
  });
  const evidenceOf = async (body: object): Promise<unknown> => {
    const { status } = await post({ ...MINIMAL, ...body });
    expect(status).toBe(202);
    return (await ingest.read(TOPICS.inbound)).at(-1)!.event.data['evidence'];
  };

  beforeEach(() => calls.splice(0));

  it('of the platform needs no more than scores, and is made complete from the text', async () => {
    ingest = await startIngest({ assessor: sees });
    expect(await evidenceOf({ text: 'x', evidence: { harm: { 'self-harm': 0.2, abuse: 0.9 } } })).toEqual({
      assessor: 'platform+test',
      version: '1+3',
      status: 'assessed',
      harm: { abuse: 0.9 },
      risk: { 'self-harm': 0.4 },
    });
  });

  it('without risk and without a text is not complete', async () => {
    ingest = await startIngest({ assessor: sees });
    expect(await evidenceOf({ evidence: { harm: { abuse: 0.9 } } })).toMatchObject({ status: 'unavailable' });
    expect(await evidenceOf({ evidence: { harm: { abuse: 0.9 }, risk: {} } })).toMatchObject({ status: 'assessed' });
    expect(calls).toEqual([]);
  });

  it('comes from the assessor for a user, with the context, and for nobody else', async () => {
    ingest = await startIngest({ assessor: sees });
    const context = [{ role: 'assistant', text: 'before' }];
    expect(await evidenceOf({ text: 'x', context })).toMatchObject({ assessor: 'test', harm: { abuse: 0.1 } });
    expect(calls).toEqual([{ role: 'user', text: 'x', context }]);
    expect(await evidenceOf({ text: 'x', role: 'assistant' })).toBeUndefined();
    expect(calls).toHaveLength(1);
  });

  it.each([
    ['throws', assessor(() => { throw new Error('broken'); })], // prettier-ignore
    ['rejects', assessor(() => Promise.reject(new Error('broken')))],
  ])('is unavailable where the assessor %s', async (_name, broken) => {
    ingest = await startIngest({ assessor: broken });
    expect(await evidenceOf({ text: 'x' })).toEqual({
      assessor: 'test',
      version: '3',
      status: 'unavailable',
      harm: {},
    });
  });
});

describe('what a message was posted with', () => {
  it('is stamped with how far decisions were read when it came, on single posts', async () => {
    ingest = await startIngest();
    await ingest.decide({ partition: PARTITION, offset: 7 });
    await ingest.settle();
    await post(MINIMAL);
    await post({ ...MINIMAL, seen: position(PARTITION, 5) });
    await post(`${JSON.stringify(MINIMAL)}\n`, { 'content-type': 'application/x-ndjson' });
    const seen = (await ingest.read(TOPICS.inbound)).map(({ event }) => event.data['seen']);
    expect(seen).toEqual([position(PARTITION, 7), position(PARTITION, 5), undefined]);
  });
});

describe('a body that is wrong', () => {
  const OTHER = 1 - PARTITION;
  const deep = `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`;
  const wrong: [string, unknown, number, string][] = [
    ['nothing', Buffer.alloc(0), 400, ''],
    ['no JSON', '{"threadId":', 400, ''],
    ['no UTF-8', Buffer.from('{"threadId":"\xff"}', 'latin1'), 400, ''],
    ['no object', '[]', 422, ''],
    ['no thread', { ...MINIMAL, threadId: undefined }, 422, '/threadId'],
    ['an empty id', { ...MINIMAL, messageId: '' }, 422, '/messageId'],
    ['an id that is too long', { ...MINIMAL, messageId: 'x'.repeat(129) }, 422, '/messageId'],
    ['a control character in an id', { ...MINIMAL, threadId: 'a\u0000b' }, 422, '/threadId'],
    ['a lone surrogate in an id', '{"threadId":"\\ud800","messageId":"m","role":"user"}', 422, '/threadId'],
    ['an id that is a number', { ...MINIMAL, messageId: 7 }, 422, '/messageId'],
    ['a role that there is not', { ...MINIMAL, role: 'admin' }, 422, '/role'],
    ['its own parent', { ...MINIMAL, parentId: 'm1' }, 422, '/parentId'],
    ['a text that is none', { ...MINIMAL, text: null }, 422, '/text'],
    ['a time that is none', { ...MINIMAL, at: '2026-02-30T00:00:00Z' }, 422, '/at'],
    ['a score over 1', { ...MINIMAL, evidence: { harm: { abuse: 1.1 } } }, 422, '/evidence/harm/abuse'],
    ['a score below 0', { ...MINIMAL, evidence: { harm: { abuse: -0.1 } } }, 422, '/evidence/harm/abuse'],
    [
      'a score that no number holds',
      '{"threadId":"t","messageId":"m","role":"user","evidence":{"risk":{"self-harm":1e999}}}',
      422,
      '/evidence/risk/self-harm',
    ],
    ['a score that is a text', { ...MINIMAL, evidence: { harm: { abuse: '1' } } }, 422, '/evidence/harm/abuse'],
    ['a category that is none', { ...MINIMAL, evidence: { harm: { 'Ab use': 1 } } }, 422, '/evidence/harm/Ab use'],
    [
      'too many categories',
      { ...MINIMAL, evidence: { harm: Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`c${n}`, 0])) } },
      422,
      '/evidence/harm',
    ],
    ['evidence that is none', { ...MINIMAL, evidence: null }, 422, '/evidence'],
    ['a signal that is a text', { ...MINIMAL, signal: { redirected: 'yes' } }, 422, '/signal/redirected'],
    ['an intent that there is not', { ...MINIMAL, intent: 'stop' }, 422, '/intent'],
    ['a position that is none', { ...MINIMAL, seen: '1' }, 422, '/seen'],
    ['a position of another partition', { ...MINIMAL, seen: position(OTHER, 0) }, 422, '/seen'],
    ['too much context', { ...MINIMAL, context: Array(9).fill({ role: 'user', text: 'x' }) }, 422, '/context'],
    ['a turn without a text', { ...MINIMAL, context: [{ role: 'user' }] }, 422, '/context/0/text'],
    ['fields of its prototype only', '{"__proto__":{"threadId":"t","messageId":"m","role":"user"}}', 422, '/threadId'],
    ['deep nesting in the scores', `{"evidence":{"harm":${deep}}}`, 422, '/threadId'],
    ['deep nesting in a field', `{"threadId":${deep},"messageId":"m","role":"user"}`, 422, '/threadId'],
    ['more than 1 MiB', { ...MINIMAL, text: 'x'.repeat(2 ** 20) }, 413, ''],
  ];

  beforeEach(async () => {
    ingest = await startIngest();
  });

  it.each(wrong)('is refused, and nothing is written: %s', async (_name, body, status, pointer) => {
    const answer = await post(body);
    const errors = (answer.body['errors'] ?? []) as { pointer: string }[];
    expect([answer.status, errors[0]?.pointer ?? '']).toEqual([status, pointer]);
    expect(await ingest.read(TOPICS.inbound)).toEqual([]);
  });

  it('is no part of a message where the caller is gone before its end', async () => {
    const socket = connect(ingest.port, '127.0.0.1');
    const whole = JSON.stringify(MINIMAL);
    const head = `POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n`;
    socket.write(`${head}Expect: 100-continue\r\nContent-Length: ${whole.length + 1}\r\n\r\n${whole}`);
    await once(socket, 'data');
    socket.destroy();
    await once(socket, 'close');
    expect((await post({ ...MINIMAL, messageId: 'm2' })).status).toBe(202);
    expect((await ingest.read(TOPICS.inbound)).map(({ event }) => event.data['messageId'])).toEqual(['m2']);
  });

  it('is refused where it is of another media type', async () => {
    for (const type of ['text/plain', 'application/xml', 'multipart/form-data; boundary=x']) {
      const answer = await post('x', { 'content-type': type });
      expect(answer).toMatchObject({ status: 415, body: { type: 'urn:offramp:problem:unsupported-media-type' } });
    }
  });

  it('is taken where only a field that nobody knows is nested deeply', async () => {
    expect((await post(`{"x":${deep},"threadId":"t1","messageId":"m","role":"user"}`)).status).toBe(202);
  });
});
