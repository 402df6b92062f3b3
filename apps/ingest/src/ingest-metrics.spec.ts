import { TOPICS, partitionOfThread } from '@offramp/events';
import { LogFull } from '@offramp/log';
import { TENANT, type TestIngest, startIngest } from './testing/ingest-app.js';

const PARTITION = partitionOfThread(TENANT, 't1', 2);
const MESSAGE = { threadId: 't1', messageId: 'm1', role: 'user' };

let ingest: TestIngest;
beforeEach(async () => {
  ingest = await startIngest();
});
afterEach(() => ingest.close());

async function lines(name: string): Promise<string[]> {
  const text = (await ingest.app.inject({ method: 'GET', url: '/metrics' })).body;
  return text.split('\n').filter((line) => line.startsWith(name));
}

it('counts messages by their outcome, single ones and lines', async () => {
  await ingest.ask('POST', '/v1/messages', { body: MESSAGE });
  await ingest.ask('POST', '/v1/messages', { body: { ...MESSAGE, role: 'nobody' } });
  await ingest.ask('POST', '/v1/messages', { body: { ...MESSAGE, parentId: 'm1' } });
  const body = [{ ...MESSAGE, messageId: 'm2' }, { ...MESSAGE, messageId: 'm3' }, { threadId: 't1' }];
  const headers = { 'content-type': 'application/x-ndjson' };
  await ingest.app.inject({
    ...{ method: 'POST', url: '/v1/messages', headers },
    payload: body.map((line) => JSON.stringify(line)).join('\n'),
  });
  const found = await lines('offramp_messages_total');
  expect(found).toContain('offramp_messages_total{outcome="accepted"} 3');
  expect(found).toContain('offramp_messages_total{outcome="invalid"} 3');
  expect(found).toContain('offramp_messages_total{outcome="storage-full"} 0');
});

it('counts what the log did not take, each line of it, and never as accepted', async () => {
  ingest.log.append = () => Promise.reject(new LogFull('no room'));
  await ingest.ask('POST', '/v1/messages', { body: MESSAGE });
  const headers = { 'content-type': 'application/x-ndjson' };
  const payload = `${JSON.stringify(MESSAGE)}\n${JSON.stringify({ ...MESSAGE, messageId: 'm2' })}\n`;
  await ingest.app.inject({ method: 'POST', url: '/v1/messages', headers, payload });
  const found = await lines('offramp_messages_total');
  expect(found).toContain('offramp_messages_total{outcome="storage-full"} 3');
  expect(found).toContain('offramp_messages_total{outcome="accepted"} 0');
});

it('counts verdicts, those that did not come in time too, and how long callers waited', async () => {
  const decided = ingest.ask('POST', '/v1/messages?wait=verdict', { body: MESSAGE });
  await ingest.log.read(TOPICS.inbound, PARTITION, 0, { waitMs: 5000 });
  await ingest.decide({ partition: PARTITION, offset: 0 });
  await decided;
  const body = { ...MESSAGE, messageId: 'm2' };
  await ingest.ask('POST', '/v1/messages', { body, headers: { prefer: 'wait=1' } });
  const verdicts = await lines('offramp_verdicts_total');
  expect(verdicts).toContain('offramp_verdicts_total{verdict="continue",decided="true"} 1');
  expect(verdicts).toContain('offramp_verdicts_total{verdict="continue",decided="false"} 1');
  expect(await lines('offramp_verdict_wait_seconds_count')).toEqual([
    'offramp_verdict_wait_seconds_count{decided="true"} 1',
    'offramp_verdict_wait_seconds_count{decided="false"} 1',
  ]);
  expect(await lines('offramp_verdict_waiters')).toEqual(['offramp_verdict_waiters 0']);
  expect(await lines('offramp_messages_total{outcome="accepted"}')).toEqual([
    'offramp_messages_total{outcome="accepted"} 2',
  ]);
});

it('counts decisions that the tail has read before, and shows where the tail is', async () => {
  const place = { partition: PARTITION, offset: 3 };
  await ingest.decide(place);
  await ingest.decide({ ...place, offset: 2 });
  await ingest.decide(place);
  await ingest.settle();
  const labels = 'topic="decisions.v1",group="ingest"';
  expect(await lines(`offramp_repeats_dropped_total{${labels}`)).toEqual([
    `offramp_repeats_dropped_total{${labels}} 2`,
  ]);
  expect(await lines(`offramp_records_quarantined_total{${labels}`)).toEqual([
    `offramp_records_quarantined_total{${labels}} 0`,
  ]);
  const next = await lines('offramp_next_offset');
  expect(next).toContain(`offramp_next_offset{${labels},partition="${PARTITION}"} 3`);
  const lag = await lines('offramp_lag_messages');
  expect(lag).toContain(`offramp_lag_messages{${labels},partition="${PARTITION}"} 0`);
});
