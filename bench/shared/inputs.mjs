/** Records of `inbound.v1`: turns of 20,000 threads, of which two in a hundred give trouble, in every turn of the user. */
import { inboundCodec, partitionOfThread, threadKey } from '@offramp/events';

const TENANT = 'default';
const THREADS = 20_000;
const TROUBLE_EVERY = 50;
const START = Date.parse('2026-01-01T00:00:00.000Z');

/** The record of this number, and where it belongs. */
export function inputRecord(number, partitions, verdictWanted = undefined) {
  const thread = `t${number % THREADS}`;
  const turn = Math.floor(number / THREADS);
  const isUser = turn % 2 === 0;
  const harm = { abuse: number % TROUBLE_EVERY === 0 ? 0.95 : 0.02 };
  const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm, risk: { 'self-harm': 0.01 } };
  const value = inboundCodec.encode({
    specversion: '1.0',
    id: `${TENANT}/${thread}/m${turn}`,
    source: TENANT,
    subject: thread,
    type: 'offramp.message.posted.v1',
    time: new Date(START + number).toISOString(),
    data: {
      ...{ messageId: `m${turn}`, parentId: turn === 0 ? null : `m${turn - 1}` },
      ...{ role: isUser ? 'user' : 'assistant', textLength: 42 },
      ...(isUser && { evidence }),
      verdictWanted,
    },
  });
  return { partition: partitionOfThread(TENANT, thread, partitions), key: threadKey(TENANT, thread), value };
}
