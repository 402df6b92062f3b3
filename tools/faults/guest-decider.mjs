/*
 * A decider that joins the group and leaves it again, so many times, with so many ms between: `guest-decider.mjs TIMES MS`.
 * While it is there it decides what it was given.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { TOPICS } from '@offramp/events';
import { openPartitionLoop } from '@offramp/decider';
import { openKafkaLog } from '@offramp/log';

const env = /** @type {Record<string, string>} */ (process.env);
const [changes = 0, everyMs = 0] = process.argv.slice(2).map(Number);
const sessionMs = Number(env['OFFRAMP_KAFKA_SESSION']);
const log = await openKafkaLog({
  brokers: (env['OFFRAMP_KAFKA_BROKERS'] ?? '').split(','),
  topicPrefix: env['OFFRAMP_TOPIC_PREFIX'] ?? '',
  clientId: 'offramp-guest',
  dataDir: env['OFFRAMP_DATA'] ?? '',
  sessionMs,
  heartbeatMs: Math.round(sessionMs / 10),
});
process.on('disconnect', () => process.exit(1));
/** @type {Map<number, { stopping: AbortController, done: Promise<void> }>} */
const working = new Map();

/** @param {number} partition @param {AbortSignal} signal */
async function decide(partition, signal) {
  while (!signal.aborted) {
    try {
      await decideWhileItIsOurs(partition, signal);
    } catch (error) {
      if (/** @type {{ retriable?: boolean }} */ (error).retriable !== true) throw error;
      await pause(100);
    }
  }
}

/** @param {number} partition @param {AbortSignal} signal */
async function decideWhileItIsOurs(partition, signal) {
  const loop = await openPartitionLoop(log, partition);
  try {
    while (!signal.aborted) {
      const { records } = await log.read(TOPICS.inbound, partition, loop.next, { waitMs: 1000, signal });
      if (records.length > 0) await loop.handle(records);
    }
  } finally {
    await loop.close();
  }
}

const listener = {
  /** @param {number} partition */
  assigned(partition) {
    const stopping = new AbortController();
    working.set(partition, { stopping, done: decide(partition, stopping.signal) });
  },
  /** @param {number} partition */
  async revoked(partition) {
    const work = working.get(partition);
    working.delete(partition);
    work?.stopping.abort();
    await work?.done;
  },
};

process.stdout.write('The guest is ready at http-nowhere\n');
for (let change = 0; change < changes; change += 2) {
  const membership = await log.join('decider', listener);
  await pause(everyMs);
  await membership.leave();
  await pause(everyMs);
}
await log.close();
process.exit(0);
