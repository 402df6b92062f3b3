import { type MessageId, TOPICS, type ThreadId } from '@offramp/events';
import { type TestIngest, startIngest } from '../testing/ingest-app.js';

const DECISION = 'a'.repeat(32);
const REVIEW = { outcome: 'overturned', reason: 'It was irony', by: 'ada' };

let ingest: TestIngest;
beforeEach(async () => {
  const place = { threadId: 't1' as ThreadId, messageId: 'm5' as MessageId };
  ingest = await startIngest({ decisions: new Map([[DECISION, place]]) });
});
afterEach(() => ingest.close());

const review = (id: string, body: object) => ingest.ask('POST', `/v1/decisions/${id}/review`, { body });

it('is an event of the thread that the decision was made in, and its reason is content', async () => {
  const { status, body } = await review(DECISION, REVIEW);
  expect(status).toBe(202);
  const [inbound] = await ingest.read(TOPICS.inbound);
  expect(inbound!.event).toMatchObject({ id: body['id'], type: 'offramp.review.recorded.v1', subject: 't1' });
  expect(inbound!.event.data).toEqual({ decisionId: DECISION, outcome: 'overturned', by: 'ada', hasReason: true });
  const [content] = await ingest.read(TOPICS.content);
  const text = { kind: 'review-reason', eventId: body['id'], messageId: 'm5', text: 'It was irony' };
  expect(content!.event).toMatchObject({ subject: 't1', data: text });
});

it('of a decision that is not projected yet is to be tried again', async () => {
  const answer = await review('b'.repeat(32), REVIEW);
  expect(answer).toMatchObject({ status: 404, headers: { 'retry-after': '1' } });
  expect(answer.body['type']).toBe('urn:offramp:problem:decision-not-found');
  expect(await ingest.read(TOPICS.inbound)).toEqual([]);
});

it.each([
  [{ ...REVIEW, outcome: 'maybe' }, '/outcome'],
  [{ ...REVIEW, reason: '' }, '/reason'],
  [{ ...REVIEW, by: undefined }, '/by'],
])('is refused where it is not whole: %j', async (body, pointer) => {
  const answer = await review(DECISION, body);
  expect([answer.status, (answer.body['errors'] as { pointer: string }[])[0]!.pointer]).toEqual([422, pointer]);
});
