import { existsSync } from 'node:fs';
import { rm, statfs, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TOPICS } from '@offramp/events';
import { BUILT_IN_POLICY } from '@offramp/ladder';
import { openTemporaryLog } from '@offramp/log';
import { type Answer, type TestIngest, startIngest } from './testing/ingest-app.js';

/*
 * A disk that is filled while the server runs, and cleared again: a real log on a real file system, with a reserve so large
 * that one file makes the difference. In memory where there is such a place, since nobody else fills it meanwhile.
 */

const PARENT = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
const ROOM_BYTES = 32 * 2 ** 20;
const LINES = 'application/x-ndjson';

let ingest: TestIngest;
let filler: string;

beforeEach(async () => {
  const { bavail, bsize } = await statfs(PARENT);
  const temporary = await openTemporaryLog({ parent: PARENT, minFreeBytes: bavail * bsize - ROOM_BYTES });
  filler = join(temporary.dir, 'filler');
  ingest = await startIngest({ temporary, now: Date.now });
});

afterEach(() => ingest.close());

const fill = (): Promise<void> => writeFile(filler, Buffer.alloc(ROOM_BYTES * 2, 1));
const clear = (): Promise<void> => rm(filler);
const message = (messageId: string) => ({ threadId: 't1', messageId, role: 'user', text: 'x' });
const post = (path: string, body: unknown): Promise<Answer> => ingest.ask('POST', path, { body });

async function postLines(...ids: string[]): Promise<{ status: number; type?: string }[]> {
  const payload = ids.map((id) => JSON.stringify(message(id))).join('\n');
  const answer = await ingest.app.inject({
    method: 'POST',
    url: '/v1/messages',
    headers: { 'content-type': LINES },
    payload,
  });
  return answer.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { status: number });
}

it('refuses whatever would be written, says so, reads on, and takes everything again when there is room', async () => {
  expect((await post('/v1/messages', message('m1'))).status).toBe(202);
  await fill();
  // Asked first, because a measurement of the room counts for a moment, and this makes a new one.
  expect(await ingest.ask('GET', '/readyz')).toMatchObject({
    status: 503,
    body: { status: 'not-ready', causes: [{ part: 'storage', cause: expect.stringContaining('no room') }] },
  });

  const refused = [
    await post('/v1/messages', message('m2')),
    await post('/v1/messages?wait=verdict', message('m3')),
    await post('/v1/threads/t1/feedback', { rating: 'up', comment: 'x' }),
    await post('/v1/threads/t1/risk', { status: 'reported' }),
    await post('/v1/policies', { ...BUILT_IN_POLICY.document, name: 'other' }),
    await ingest.ask('DELETE', '/v1/threads/t1/content'),
  ];
  expect(refused.map(({ status, headers, body }) => [status, headers['retry-after'], body['type']])).toEqual(
    refused.map(() => [503, '10', 'urn:offramp:problem:storage-full']),
  );
  expect(await postLines('m4', 'm5')).toMatchObject([{ status: 503 }, { status: 503 }]);

  expect((await ingest.ask('GET', '/healthz')).status).toBe(200);
  expect((await ingest.ask('GET', '/v1/policies')).body['data']).toHaveLength(1);
  expect((await ingest.read(TOPICS.inbound)).map(({ event }) => event.data['messageId'])).toEqual(['m1']);

  await clear();
  expect(await ingest.ask('GET', '/readyz')).toMatchObject({ status: 200, body: { causes: [] } });
  expect((await post('/v1/messages', message('m2'))).status).toBe(202);
  expect(await postLines('m4', 'm5')).toMatchObject([{ status: 202 }, { status: 202 }]);

  ingest = await ingest.restart();
  const ids = ['m1', 'm2', 'm4', 'm5'];
  expect((await ingest.read(TOPICS.inbound)).map(({ event }) => event.data['messageId'])).toEqual(ids);
  expect((await ingest.read(TOPICS.content)).map(({ event }) => event.data['messageId'])).toEqual(ids);
});
