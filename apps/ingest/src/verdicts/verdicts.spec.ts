import { TOPICS, type Verdict, parsePosition, partitionOfThread, position } from '@offramp/events';
import { BUILT_IN_POLICY } from '@offramp/ladder';
import { TENANT, TIME, type Answer, type TestDecision, type TestIngest, startIngest } from '../testing/ingest-app.js';
import { WAITERS_MAX, Verdicts } from './verdicts.js';

const PARTITION = partitionOfThread(TENANT, 't1', 2);
const MESSAGE = { threadId: 't1', messageId: 'm1', role: 'user' };
const POLICY = BUILT_IN_POLICY.id;
const TEXTS = BUILT_IN_POLICY.document.texts['en']!;
const BECAUSE = { kind: 'harm', category: 'abuse', score: 0.9, threshold: 0.8, messageId: 'm1' };
const LADDER = { stage: 'redirecting', attempts: 0, of: 3 };
const END_ID = 'f'.repeat(32);

let ingest: TestIngest;
beforeEach(async () => {
  ingest = await startIngest();
});
afterEach(() => ingest.close());

/** Posts and waits; `decide` says what a decider says of the position that the message got. */
async function judge(
  body: object,
  decisions: readonly TestDecision[],
  headers?: Record<string, string>,
): Promise<Answer> {
  const answer = ingest.ask('POST', '/v1/messages?wait=verdict', { body, ...(headers && { headers }) });
  await ingest.decide(await placeOfNext(), ...decisions);
  return answer;
}

/** Resolves when one more message is on the log. */
async function placeOfNext(): Promise<{ partition: number; offset: number }> {
  const { end } = await ingest.log.bounds(TOPICS.inbound, PARTITION);
  const { records } = await ingest.log.read(TOPICS.inbound, PARTITION, end, { waitMs: 5000 });
  return { partition: PARTITION, offset: records[0]!.offset };
}

const decision = (type: string, data: object): TestDecision => ({ type: `offramp.${type}.v1`, data: { ...data } });
const redirect = (verdict: Verdict = 'redirect', more: object = {}): TestDecision =>
  decision('redirect.advised', { messageId: 'm1', verdict, because: BECAUSE, ...more, ladder: LADDER, policy: POLICY });
const repeat = (verdict: Verdict, more: object = {}): TestDecision =>
  decision('message.repeated', { messageId: 'm1', of: '0:0', verdict, ...more, policy: POLICY });

describe('who waits for a verdict', () => {
  it('continues where the decider is silent, and hears how far it has come', async () => {
    const answer = await judge(MESSAGE, []);
    const at = position(PARTITION, 0);
    expect(answer).toMatchObject({ status: 200, headers: { 'preference-applied': 'wait=2' } });
    expect(answer.body).toEqual({
      verdict: 'continue',
      decided: true,
      position: at,
      seen: at,
      threadId: 't1',
      messageId: 'm1',
    });
    const [row] = await ingest.read(TOPICS.inbound);
    expect(row!.event.data['verdictWanted']).toBe(true);
  });

  it('hears the advice, why it was given, and what to say', async () => {
    const { body } = await judge(MESSAGE, [redirect()]);
    expect(body).toEqual({
      verdict: 'redirect',
      decided: true,
      position: position(PARTITION, 0),
      seen: position(PARTITION, 0),
      threadId: 't1',
      messageId: 'm1',
      ladder: LADDER,
      because: BECAUSE,
      instruction: TEXTS['redirect']!.instruction,
      decisionId: '0'.repeat(32),
      policy: POLICY,
    });
  });

  it('hears where the line stands after everything that was decided', async () => {
    const after = { ...LADDER, attempts: 1 };
    const attempted = decision('redirect.attempted', {
      messageId: 'm1',
      attempt: 1,
      of: 3,
      because: BECAUSE,
      ladder: after,
      policy: POLICY,
    });
    expect((await judge(MESSAGE, [redirect(), attempted])).body).toMatchObject({ verdict: 'redirect', ladder: after });
    const reset = decision('ladder.reset', { messageId: 'm2', ladder: { ...LADDER, stage: 'clear' }, policy: POLICY });
    const calm = await judge({ ...MESSAGE, messageId: 'm2' }, [reset]);
    expect(calm.body).toMatchObject({ verdict: 'continue', ladder: { stage: 'clear' } });
    expect(calm.body).not.toHaveProperty('policy');
  });

  it('of a person at risk is offered support and nothing else', async () => {
    const until = '2026-11-30T06:24:30.123Z';
    const raised = decision('guard.raised', {
      messageId: 'm1',
      kind: 'self-harm',
      verdict: 'support',
      until,
      policy: POLICY,
    });
    const reopened = decision('conversation.reopened', {
      messageId: 'm1',
      endIds: ['m0'],
      cause: 'risk',
      policy: POLICY,
    });
    const { status, body } = await judge(MESSAGE, [raised, reopened]);
    expect([status, body['verdict'], body['until'], body['remedies'], body['notice']]).toEqual([
      200,
      'support',
      until,
      [{ kind: 'support' }],
      TEXTS['support']!.notice,
    ]);
  });

  it('of the message that ends the line hears so once, with the remedies', async () => {
    const path = { redirects: ['a', 'b', 'c'].map((x) => x.repeat(32)), warning: 'd'.repeat(32), harmful: ['m0'] };
    const ended = decision('conversation.ended', {
      messageId: 'm1',
      by: 'policy',
      verdict: 'end',
      endId: 'm1',
      because: BECAUSE,
      path,
      policy: POLICY,
    });
    const answer = await judge({ ...MESSAGE, threadId: 't1' }, [{ ...ended, id: END_ID }]);
    expect(answer).toMatchObject({
      status: 200,
      body: {
        verdict: 'end',
        endId: 'm1',
        endedAt: TIME,
        decisionId: END_ID,
        notice: TEXTS['end']!.notice,
        ladder: { stage: 'ended', attempts: 3, of: 3 },
        remedies: [
          { kind: 'new-thread' },
          { kind: 'edit', messageId: 'm1' },
          { kind: 'feedback', href: '/v1/threads/t1/feedback', decisionId: END_ID },
        ],
      },
    });
    const again = await judge(MESSAGE, [repeat('end', { endId: 'm1', endedAt: TIME, decisionId: END_ID })]);
    expect(again).toMatchObject({
      status: 200,
      body: { verdict: 'end', duplicate: true, decisionId: END_ID, endedAt: TIME },
    });
  });

  it('under an ended line is refused with 409, and a repeat of it again', async () => {
    const end = { endId: 'm0', endedAt: TIME, decisionId: END_ID };
    const refused = decision('message.refused', { messageId: 'm1', verdict: 'refuse', ...end, policy: POLICY });
    const problem = {
      type: 'urn:offramp:problem:conversation-ended',
      status: 409,
      ...end,
      threadId: 't1',
      messageId: 'm1',
    };
    const first = await judge(MESSAGE, [refused]);
    expect(first).toMatchObject({
      status: 409,
      headers: { 'content-type': 'application/problem+json' },
      body: problem,
    });
    expect(first.body).toMatchObject({
      notice: TEXTS['refuse']!.notice,
      remedies: { length: 3 },
      seen: expect.any(String),
    });
    const again = await judge(MESSAGE, [repeat('refuse', end)]);
    expect(again).toMatchObject({ status: 409, body: { ...problem, duplicate: true } });
  });

  it.each<[string, readonly TestDecision[], Verdict]>([
    ['advice', [redirect('redirect')], 'continue'],
    [
      'a question to the model',
      [decision('end-confirmation.asked', { of: 'model', verdict: 'confirm-end', ladder: LADDER, policy: POLICY })],
      'confirm-end',
    ],
    [
      'a proposal that is withheld',
      [decision('end.withheld', { cause: 'guard', verdict: 'support', ladder: LADDER, policy: POLICY })],
      'continue',
    ],
    [
      'an end',
      [
        decision('conversation.ended', {
          by: 'model',
          verdict: 'end',
          endId: 'm1',
          path: { redirects: [], harmful: [] },
          policy: POLICY,
        }),
      ],
      'end',
    ],
  ])('for an answer of the model hears %s as what it can act on', async (_name, decisions, verdict) => {
    const { status, body } = await judge({ ...MESSAGE, role: 'assistant' }, decisions);
    expect([status, body['verdict']]).toEqual([200, verdict]);
    if (verdict === 'continue') expect(body).not.toHaveProperty('notice');
  });

  it('continues where the decision is of a kind that is not known here', async () => {
    const unknown = {
      specversion: '1.0',
      id: 'x',
      source: TENANT,
      subject: 't1',
      type: 'offramp.line.paused.v1',
      time: TIME,
    };
    const answer = ingest.ask('POST', '/v1/messages?wait=verdict', { body: MESSAGE });
    const place = await placeOfNext();
    const value = Buffer.from(JSON.stringify({ ...unknown, data: { position: position(PARTITION, 0), index: 0 } }));
    await ingest.log.append([
      { topic: TOPICS.decisions, partition: PARTITION, records: [{ key: 'default/t1', value }] },
    ]);
    await ingest.decide(place);
    expect((await answer).body).toMatchObject({ verdict: 'continue', decided: true });
  });
});

describe('texts', () => {
  it('are in the language that is asked for, where the policy has it', async () => {
    const document = { ...BUILT_IN_POLICY.document, name: 'polite', texts: { ...BUILT_IN_POLICY.document.texts, de: { redirect: { instruction: 'Bitte ruhig' } } } }; // prettier-ignore
    const { body } = await ingest.ask('POST', '/v1/policies', { body: document });
    const advised = { ...redirect(), data: { ...redirect().data, policy: body['id'] } };
    const hear = async (language: string): Promise<unknown> => {
      await ingest.settle();
      return (await judge(MESSAGE, [advised], { 'accept-language': language })).body['instruction'];
    };
    expect(await hear('fr, de-AT;q=0.8')).toBe('Bitte ruhig');
    expect(await hear('fr')).toBe(TEXTS['redirect']!.instruction);
  });
});

describe('a wait', () => {
  it('ends in time, undecided, and tells to continue', async () => {
    const headers = { prefer: 'respond-async, wait=1' };
    const answer = await ingest.ask('POST', '/v1/messages', { body: MESSAGE, headers });
    expect(answer).toMatchObject({ status: 200, headers: { 'preference-applied': 'wait=1' } });
    expect(answer.body).toMatchObject({ verdict: 'continue', decided: false, position: position(PARTITION, 0) });
    expect(answer.body).not.toHaveProperty('seen');
  });

  it.each([
    ['?wait=soon', undefined, 422],
    ['?wait=', undefined, 422],
    ['?wait=verdict&wait=verdict', undefined, 422],
    ['', 'wait', 202],
    ['', 'wait=soon', 202],
    ['', 'wait=-1', 202],
    ['', 'wait=0', 202],
    ['', 'waiting=5', 202],
    ['', 'return=minimal', 202],
    ['?wait=verdict', 'wait=0', 200],
  ])('is asked for by %s and Prefer: %s as %i', async (query, prefer, status) => {
    const headers: Record<string, string> = prefer === undefined ? {} : { prefer };
    expect((await ingest.ask('POST', `/v1/messages${query}`, { body: MESSAGE, headers })).status).toBe(status);
  });

  it('is at most ten seconds long', async () => {
    const answer = ingest.ask('POST', '/v1/messages', { body: MESSAGE, headers: { prefer: 'wait=3600' } });
    await ingest.decide(await placeOfNext());
    expect((await answer).headers['preference-applied']).toBe('wait=10');
  });

  it('ends when the process ends, so that every request is answered', async () => {
    const answer = ingest.ask('POST', '/v1/messages', { body: MESSAGE, headers: { prefer: 'wait=10' } });
    await placeOfNext();
    await ingest.app.close();
    expect(await answer).toMatchObject({ status: 200, body: { decided: false } });
  });

  it('is refused where too many wait already, and nothing is written', async () => {
    const verdicts = ingest.app.get(Verdicts);
    const tickets = Array.from({ length: WAITERS_MAX }, () => verdicts.expect(PARTITION));
    const answer = await ingest.ask('POST', '/v1/messages?wait=verdict', { body: MESSAGE });
    expect(answer).toMatchObject({ status: 503, headers: { 'retry-after': '1' } });
    expect(await ingest.read(TOPICS.inbound)).toEqual([]);
    for (const ticket of tickets) ticket.cancel();
    expect((await judge(MESSAGE, [])).status).toBe(200);
  });

  it('of a message that could not be written leaves nobody waiting', async () => {
    await ingest.ask('POST', '/v1/messages?wait=verdict', { body: { ...MESSAGE, parentId: 'm1' } });
    const metrics = await ingest.app.inject('/metrics');
    expect(metrics.body).toContain('\nofframp_verdict_waiters 0');
  });
});

describe('many who wait', () => {
  it('hear each of their own message, whoever is decided first', async () => {
    const ids = Array.from({ length: 20 }, (_, n) => `m${n}`);
    const asked = ids.map((messageId) =>
      ingest.ask('POST', '/v1/messages?wait=verdict', { body: { ...MESSAGE, messageId } }),
    );
    let { end } = await ingest.log.bounds(TOPICS.inbound, PARTITION);
    while (end < ids.length) {
      await ingest.log.read(TOPICS.inbound, PARTITION, end, { waitMs: 1000 });
      ({ end } = await ingest.log.bounds(TOPICS.inbound, PARTITION));
    }
    const harmful = (await ingest.read(TOPICS.inbound)).filter((_, at) => at % 3 === 0);
    for (const { position: at } of harmful) await ingest.decide(parsePosition(at), redirect());
    await ingest.decide({ partition: PARTITION, offset: ids.length - 1 });
    const heard = await Promise.all(asked);
    const redirected = heard.filter(({ body }) => body['verdict'] === 'redirect').map(({ body }) => body['messageId']);
    expect(redirected.sort()).toEqual(harmful.map(({ event }) => event.data['messageId']).sort());
    expect(heard.every(({ body }) => body['decided'] === true)).toBe(true);
  });
});
