import { LogError } from '@offramp/log';
import { type Answer, type TestIngest, startIngest } from '../testing/ingest-app.js';
import { ClockCheck } from './clock-check.js';

/** The brokers' clock is that of the embedded log, which is the machine's. */
const AHEAD_MS = 61_000;

let ingest: TestIngest;
let offMs: number;
const now = (): number => Date.now() + offMs;

beforeEach(() => {
  offMs = 0;
});
afterEach(() => ingest.close());

const post = (messageId: string): Promise<Answer> =>
  ingest.ask('POST', '/v1/messages', { body: { threadId: 't1', messageId, role: 'user' } });

/** Asks until the readiness is what it should be; what is read back arrives beside the work. */
async function readiness(status: number): Promise<Answer['body']> {
  for (;;) {
    const answer = await ingest.ask('GET', '/readyz');
    if (answer.status === status) return answer.body;
  }
}

async function metric(): Promise<string[]> {
  const text = (await ingest.app.inject({ method: 'GET', url: '/metrics' })).body;
  return text.split('\n').filter((line) => line.startsWith('offramp_clock_off_seconds{'));
}

it('is not ready where its clock is ahead of the brokers, goes on taking messages, and is ready once that is put right', async () => {
  offMs = AHEAD_MS;
  ingest = await startIngest({ now });
  expect((await ingest.ask('GET', '/readyz')).status).toBe(200);
  expect((await post('m1')).status).toBe(202);
  expect(await readiness(503)).toEqual({
    status: 'not-ready',
    causes: [
      {
        part: 'clock',
        cause: expect.stringMatching(
          /^the clock is 6[01] s ahead of that of the brokers; at most 30 s is allowed/,
        ) as string,
      },
    ],
    degraded: [],
  });
  expect((await post('m2')).status).toBe(202);
  expect(await metric()).toEqual([expect.stringMatching(/^offramp_clock_off_seconds\{of="brokers"\} 6[01]/)]);
  offMs = 0;
  await readiness(200);
  expect((await post('m3')).status).toBe(202);
  await readiness(200);
});

it('is not ready where it is behind the brokers, as any decision shows that comes in', async () => {
  offMs = -AHEAD_MS;
  ingest = await startIngest({ now });
  await ingest.decide({ partition: 0, offset: 0 });
  await ingest.settle();
  const { body } = await ingest.ask('GET', '/readyz');
  expect(body['causes']).toEqual([
    { part: 'clock', cause: expect.stringContaining('s behind that of the brokers') as string },
  ]);
});

it('takes a decision that was under way for long for what it is', async () => {
  offMs = AHEAD_MS;
  ingest = await startIngest({ now });
  await ingest.decide({ partition: 0, offset: 0 });
  await ingest.settle();
  expect((await ingest.ask('GET', '/readyz')).status).toBe(200);
});

it('is not ready where the database has another time, and thinks nothing of one that does not answer', async () => {
  let answer: () => Promise<number> = () => Promise.reject(new Error('no database'));
  ingest = await startIngest({ now, databaseClock: () => answer() });
  const check = ingest.app.get(ClockCheck);
  await check.askDatabase();
  expect((await ingest.ask('GET', '/readyz')).status).toBe(200);
  answer = () => Promise.resolve(Date.now() + 90_000);
  await check.askDatabase();
  const { body } = await ingest.ask('GET', '/readyz');
  expect(body['causes']).toEqual([
    { part: 'clock', cause: expect.stringContaining('s behind that of the database') as string },
  ]);
  answer = () => Promise.resolve(Date.now() - 29_000);
  await check.askDatabase();
  expect((await ingest.ask('GET', '/readyz')).status).toBe(200);
});

it('lets nobody wait for brokers that answer no more', async () => {
  ingest = await startIngest({ now });
  const { read } = ingest.log;
  let asked = 0;
  ingest.log.read = (topic, partition, from, options) => {
    if (options !== undefined) return read.call(ingest.log, topic, partition, from, options);
    asked++;
    return asked === 1 ? new Promise(() => {}) : Promise.reject(new LogError('away', true));
  };
  for (const messageId of ['m1', 'm2', 'm3']) expect((await post(messageId)).status).toBe(202);
  expect(asked).toBe(1);
  expect((await ingest.ask('GET', '/readyz')).status).toBe(200);
});
