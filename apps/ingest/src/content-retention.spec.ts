import { TOPICS } from '@offramp/events';
import { parseConfig } from '@offramp/service';
import { ContentRetention, retentionMsOf } from './content-retention.js';
import { startIngest } from './testing/ingest-app.js';

const DAY_MS = 86_400_000;

it.each([
  ['keep:30d', 'keep:400d', 400 * DAY_MS],
  ['keep:30d', 'off', 30 * DAY_MS],
  ['off', 'off', 0],
])('is the longer one of texts (%s) and comments (%s)', (texts, comments, ms) => {
  const { config } = parseConfig({ OFFRAMP_CONTENT: texts, OFFRAMP_COMMENTS: comments });
  expect(retentionMsOf(config)).toBe(ms);
});

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
