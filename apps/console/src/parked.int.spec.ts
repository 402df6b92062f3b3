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
