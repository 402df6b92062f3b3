/*
 * A projector that has not heard that it owns nothing: it claims every partition and projects, beside whoever the group gave
 * them to. It tries again at once where a batch of its is refused.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { TOPICS } from '@offramp/events';
import { createMergedStream, openKafkaLog } from '@offramp/log';
import { openReadModels } from '@offramp/read-models';

const env = /** @type {Record<string, string>} */ (process.env);
const log = await openKafkaLog({
  brokers: (env['OFFRAMP_KAFKA_BROKERS'] ?? '').split(','),
  topicPrefix: env['OFFRAMP_TOPIC_PREFIX'] ?? '',
  clientId: 'offramp-rogue',
  dataDir: env['OFFRAMP_DATA'] ?? '',
});
const readModels = await openReadModels({ url: env['OFFRAMP_DATABASE_URL'] ?? '' });
const stopping = new AbortController();
process.on('SIGTERM', () => stopping.abort());
process.on('disconnect', () => stopping.abort());
const { signal } = stopping;
const ENTRIES_MAX = 2000;
const LINGER_MS = 200;

/** @param {number} partition */
async function project(partition) {
  while (!signal.aborted) {
    const { epoch, cursor } = await readModels.events.claim(partition);
    const stream = createMergedStream(log, partition, cursor);
    await whileOwner(partition, epoch, { stream, next: cursor.inbound, decisions: cursor.decisions });
  }
}

/**
 * @param {number} partition
 * @param {number} epoch
 * @param {{ stream: import('@offramp/log').MergedStream, next: number, decisions: number }} owned
 */
async function whileOwner(partition, epoch, { stream, next, decisions }) {
  for (let from = decisions; !signal.aborted;) {
    const { records, next: after } = await log.read(TOPICS.decisions, partition, from, { waitMs: 1000, signal });
    from = after;
    for await (const { entries, cursor } of stream.take(records, ENTRIES_MAX)) {
      const applied = await readModels.events.apply({ partition, epoch, from: next, entries, next: cursor });
      if (applied.kind !== 'applied') return;
      next = cursor.inbound;
    }
    await pause(LINGER_MS);
  }
}

const projecting = Array.from({ length: log.partitions }, (_, partition) => project(partition));
process.stdout.write('The rogue is ready at http-nowhere\n');
await Promise.all(projecting);
await readModels.close();
await log.close();
process.exit(0);
