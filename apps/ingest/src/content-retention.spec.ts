import { TOPICS, TOPIC_NAMES } from '@offramp/events';
import { type EventLog, openTemporaryLog } from '@offramp/log';
import { parseConfig } from '@offramp/service';
import { ContentRetention, retentionMsOf } from './content-retention.js';
import { startIngest } from './testing/ingest-app.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 86_400_000;

it.each([
  ['keep:30d', 'keep:400d', 400 * DAY_MS],
  ['keep:30d', 'off', 30 * DAY_MS],
  ['off', 'off', 0],
])('is the longer one of texts (%s) and comments (%s)', (texts, comments, ms) => {
  const { config } = parseConfig({ OFFRAMP_CONTENT: texts, OFFRAMP_COMMENTS: comments });
  expect(retentionMsOf(config)).toBe(ms);
});

it('has removed the last copy of an erased text when it was said to, from every topic', async () => {
  let now = Date.now();
  const canary = 'a-text-that-must-be-gone';
  const temporary = await openTemporaryLog({ partitions: 2, now: () => now });
  const environment = { OFFRAMP_CONTENT: 'keep:2h', OFFRAMP_COMMENTS: 'keep:1h' };
  const ingest = await startIngest({ environment, temporary, now: () => now });
  const retention = ingest.app.get(ContentRetention, { strict: false });
  await ingest.ask('POST', '/v1/messages', { body: { threadId: 't1', messageId: 'm1', role: 'user', text: canary } });
  await ingest.ask('POST', '/v1/threads/t1/feedback', { body: { rating: 'down', comment: canary } });
  const erased = await ingest.ask('DELETE', '/v1/threads/t1/content');
  const erasedBy = Date.parse(erased.body['erasedBy'] as string);
  expect(await canaries(ingest.log, canary)).toEqual([TOPICS.content, TOPICS.content]);
  // The hourly look, a little late each time.
  for (now += HOUR_MS; now <= erasedBy; now += HOUR_MS) await retention.trim();
  expect(await canaries(ingest.log, canary)).toEqual([]);
  await ingest.close();
});

/** The topics of the records that hold a text, as they lie there. */
async function canaries(log: EventLog, text: string): Promise<string[]> {
  const found: string[] = [];
  for (const topic of TOPIC_NAMES) {
    for (let partition = 0; partition < log.partitions; partition++) {
      const { start } = await log.bounds(topic, partition);
      const { records } = await log.read(topic, partition, start);
      found.push(...records.filter(({ value }) => value.includes(text)).map(() => topic));
    }
  }
  return found;
}

it('removes what is older, and nothing else', async () => {
  let now = Date.now();
  const environment = { OFFRAMP_CONTENT: 'keep:1h', OFFRAMP_COMMENTS: 'off' };
  const ingest = await startIngest({ environment, now: () => now });
  const body = { threadId: 't1', messageId: 'm1', role: 'user', text: 'x' };
  await ingest.ask('POST', '/v1/messages', { body });
  const retention = ingest.app.get(ContentRetention, { strict: false });
  await retention.trim();
  expect(await ingest.read(TOPICS.content)).toHaveLength(1);
  now += 2 * 3_600_000;
  await retention.trim();
  const bounds = await Promise.all([0, 1].map((partition) => ingest.log.bounds(TOPICS.content, partition)));
  expect(bounds.every(({ start, end }) => start === end)).toBe(true);
  expect(await ingest.read(TOPICS.inbound)).toHaveLength(1);
  await ingest.close();
});
