/** The embedded log and the decider over it: durable appends a second, and messages decided a second with 2 % of trouble. */
import { openPartitionLoop } from '@offramp/decider';
import { inboundCodec } from '@offramp/events';
import { openTemporaryLog } from '@offramp/log';
import { report, timed } from './shared/measure.mjs';

const quick = process.argv.includes('--quick');
const MESSAGES = quick ? 50_000 : 200_000;
const BATCH = 1000;
const SINGLES = quick ? 5_000 : 20_000;
const IN_FLIGHT = 64;
const START = Date.parse('2026-01-01T00:00:00.000Z');

function record(index) {
  const thread = `t${index % 2000}`;
  const turn = Math.floor(index / 2000);
  const user = turn % 2 === 0;
  const abuse = index % 50 === 0 ? 0.95 : 0.02;
  const evidence = {
    assessor: 'platform',
    version: '1',
    status: 'assessed',
    harm: { abuse },
    risk: { 'self-harm': 0.01 },
  };
  const value = inboundCodec.encode({
    specversion: '1.0',
    id: `default/${thread}/m${turn}`,
    source: 'default',
    subject: thread,
    type: 'offramp.message.posted.v1',
    time: new Date(START + index).toISOString(),
    data: {
      messageId: `m${turn}`,
      parentId: turn === 0 ? null : `m${turn - 1}`,
      role: user ? 'user' : 'assistant',
      textLength: 42,
      ...(user ? { evidence } : { seen: `0:${index}` }),
    },
  });
  return { key: `default/${thread}`, value };
}

async function appendInBatches(log, records) {
  for (let at = 0; at < records.length; at += BATCH) {
    await log.append([{ topic: 'inbound.v1', partition: 0, records: records.slice(at, at + BATCH) }]);
  }
}

/** What a server with 64 busy clients does: each waits for its own record to be durable before it sends the next. */
async function appendSingly(log, one) {
  let left = SINGLES;
  const client = async () => {
    while (left-- > 0) await log.append([{ topic: 'inbound.v1', partition: 1, records: [one] }]);
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, client));
}

async function decideAll(log) {
  const loop = await openPartitionLoop(log, 0);
  let decisions = 0;
  for (;;) {
    const { records, end } = await log.read('inbound.v1', 0, loop.next, { maxRecords: 2000 });
    decisions += (await loop.handle(records)).decisions.length;
    if (loop.next >= end) break;
  }
  await loop.close();
  return decisions;
}

const temporary = await openTemporaryLog({ partitions: 2 });
try {
  const { log } = temporary;
  const records = Array.from({ length: MESSAGES }, (_, index) => record(index));
  const batchesMs = await timed(() => appendInBatches(log, records));
  const singlesMs = await timed(() => appendSingly(log, records[0]));
  let decisions = 0;
  const decideMs = await timed(async () => (decisions = await decideAll(log)));
  const perSecond = (count, ms) => Math.round((count * 1000) / ms);
  report(
    'log',
    [
      { name: 'durable appends, 1,000 at a time', value: perSecond(MESSAGES, batchesMs), unit: 'records/s' },
      { name: 'durable appends, 64 single ones in flight', value: perSecond(SINGLES, singlesMs), unit: 'records/s' },
      { name: 'decided: read, fold, commit', value: perSecond(MESSAGES, decideMs), unit: 'messages/s' },
    ],
    { messages: MESSAGES, decisions },
  );
} finally {
  await temporary.destroy();
}
