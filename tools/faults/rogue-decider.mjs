/*
 * A decider that has not heard that it owns nothing: it works on every partition, beside whoever the group gave them to.
 */
import { TOPICS } from '@offramp/events';
import { openPartitionLoop } from '@offramp/decider';
import { openKafkaLog } from '@offramp/log';

const env = /** @type {Record<string, string>} */ (process.env);
const log = await openKafkaLog({
  brokers: (env['OFFRAMP_KAFKA_BROKERS'] ?? '').split(','),
  topicPrefix: env['OFFRAMP_TOPIC_PREFIX'] ?? '',
  clientId: 'offramp-rogue',
  dataDir: env['OFFRAMP_DATA'] ?? '',
});
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
process.on('disconnect', () => stopping.abort());
const { signal } = stopping;

/** @param {number} partition */
async function decide(partition) {
  const loop = await openPartitionLoop(log, partition);
  while (!signal.aborted) {
    const { records } = await log.read(TOPICS.inbound, partition, loop.next, { waitMs: 1000, signal });
    if (records.length > 0) await loop.handle(records);
  }
  await loop.close();
}

const deciding = Array.from({ length: log.partitions }, (_, partition) => decide(partition));
process.stdout.write('The rogue is ready at http-nowhere\n');
await Promise.all(deciding);
await log.close();
process.exit(0);
