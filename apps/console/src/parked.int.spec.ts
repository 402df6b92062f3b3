import { randomBytes } from 'node:crypto';
import { type TestConsole, startConsole } from './testing/console-app.js';

let api: TestConsole;
beforeAll(async () => {
  api = await startConsole();
});
afterAll(() => api.close());

/** What no version has written, and what a projection fails at: data that is no object. */
const CANARY = 'canary-of-somebody';

async function projectBroken(threadId: string): Promise<string> {
  const like = api.entries.find(({ event }) => event?.type === 'offramp.message.posted.v1')!.event!;
  const offset = api.entries.at(-1)!.offset + 1 + projected++;
  const event = { ...like, subject: threadId, id: `default/${threadId}/broken`, data: CANARY } as never;
  await api.project([{ offset, event, decisions: [] }]);
  return `0:${offset}`;
}
let projected = 0;

it('tells of a thread that is parked since when, where and why, and shows it as it was before', async () => {
  const before = await api.json<object>('/v1/threads/ended');
  const position = await projectBroken('ended');
  const parked = {
    position,
    since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
    cause: expect.stringMatching(/^TypeError in [\w-]+\.ts:\d+$/) as string,
  };
  expect(await api.json('/v1/threads/ended')).toEqual({ ...before, parked });
  expect((await api.get('/v1/threads')).text).not.toContain(CANARY);
});

it('tells also of a thread whose very first event is parked', async () => {
  const position = await projectBroken('never-shown');
  const answer = await api.get('/v1/threads/never-shown');
  expect([answer.status, JSON.parse(answer.text)]).toEqual([
    404,
    expect.objectContaining({ detail: expect.stringMatching(`parked since .* at ${position}: TypeError`) as string }),
  ]);
});

it('tells of texts that are parked beside the thread, which is shown as it is', async () => {
  const before = await api.json<object>('/v1/threads/first');
  // Longer than any that is decoded, and than what an index takes.
  const messageId = randomBytes(8_000).toString('hex');
  const data = { kind: 'message', eventId: 'default/first/long', messageId, text: CANARY };
  const envelope = {
    specversion: '1.0',
    id: 'long',
    source: 'default',
    subject: 'first',
    time: '2026-01-01T00:00:00.000Z',
  };
  await api.storeTexts([{ ...envelope, type: 'offramp.content.stored.v1', data } as never]);
  expect(await api.json('/v1/threads/first')).toEqual({
    ...before,
    parkedTexts: {
      position: expect.stringMatching(/^0:\d+$/) as string,
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/) as string,
      cause: expect.stringMatching(/^The database refused the row: 54000/) as string,
    },
  });
  expect((await api.get('/v1/threads/first/messages')).text).not.toContain(CANARY);
});
