/** The decider over Kafka says what it says over the embedded log, byte for byte, whatever happens to it. @requires kafka */
import { join } from 'node:path';
import { DECISION_TYPES, type InboundEvent, TOPICS, decisionsCodec, inboundCodec, threadKey } from '@offramp/events';
import { historyArbitrary } from '@offramp/ladder/testing';
import {
  type EventLog,
  type TemporaryKafkaLog,
  openKafkaLog,
  openTemporaryKafkaLog,
  openTemporaryLog,
} from '@offramp/log';
import fc from 'fast-check';
import { type PartitionLoop, openPartitionLoop } from './partition-loop.js';

/*
 * Invariants FOLD, DETERMINISM and NO-DUP. A process that is thrown away keeps its log open, as one that was stopped and not
 * killed would: it may still write its last checkpoint, or even go on deciding, after another has taken over.
 */

const SEED = 20_261_126;
const HISTORIES = 8;

/** What becomes of the owner after a batch. But for a restart, the next one has another disk. */
const step = fc.record({
  size: fc.integer({ min: 1, max: 12 }),
  fate: fc.constantFrom('goes on', 'restarts', 'ends late', 'never ends', 'decides on beside the next' as const),
});

it('gives the same bytes for the same records at the same positions', async () => {
  await fc.assert(
    fc.asyncProperty(historyArbitrary(), fc.array(step, { maxLength: 12 }), async ({ events }, steps) => {
      const expected = await decideEmbedded(events);
      const temporary = await openTemporaryKafkaLog({ partitions: 1 });
      const owners = new Owners(temporary);
      try {
        await append(temporary.log, events);
        await owners.decide(steps);
        expect(await decisionsIn(temporary.log)).toEqual(expected);
        await owners.close();
        // Once more from nothing but the topics: nothing is left to do, and nothing else is known.
        const loop = await openPartitionLoop(await owners.open('last'), 0);
        expect(loop.next).toBe(events.length);
        await loop.close();
      } finally {
        await owners.close();
        await temporary.destroy();
      }
    }),
    { numRuns: HISTORIES, seed: SEED },
  );
}, 240_000);

/** Processes that own the partition, one after the other, and more at a time than should be. */
class Owners {
  private readonly logs: EventLog[] = [];
  private disks = 0;

  constructor(private readonly temporary: TemporaryKafkaLog) {}

  async open(disk: string): Promise<EventLog> {
    const { options } = this.temporary;
    const log = await openKafkaLog({ ...options, dataDir: join(options.dataDir, disk) });
    this.logs.push(log);
    return log;
  }

  async decide(steps: readonly { readonly size: number; readonly fate: string }[]): Promise<void> {
    let log = await this.open('0');
    let loop = await openPartitionLoop(log, 0);
    for (const { size, fate } of steps) {
      await decideSome(log, loop, size);
      if (fate === 'goes on') continue;
      const stale = { log, loop };
      if (fate === 'restarts') await log.close();
      else this.disks++;
      log = await this.open(String(this.disks));
      loop = await openPartitionLoop(log, 0);
      if (fate.startsWith('decides on')) {
        await Promise.all([decideSome(stale.log, stale.loop, size), decideSome(log, loop, size)]);
      }
      if (fate === 'ends late') await stale.log.close();
    }
    await decideSome(log, loop, Infinity);
  }

  async close(): Promise<void> {
    for (const log of this.logs.splice(0)) await log.close();
  }
}

async function decideSome(log: EventLog, loop: PartitionLoop, size: number): Promise<void> {
  const { end } = await log.bounds(TOPICS.inbound, 0);
  for (let left = size; left > 0 && loop.next < end;) {
    const { records } = await log.read(TOPICS.inbound, 0, loop.next, { maxRecords: Math.min(left, 1000) });
    left -= records.length;
    await loop.handle(records);
  }
}

async function append(log: EventLog, events: readonly InboundEvent[]): Promise<void> {
  const records = events.map((event) => ({
    key: event.subject === '' ? '' : threadKey(event.source, event.subject),
    value: inboundCodec.encode(event),
  }));
  await log.append([{ topic: TOPICS.inbound, partition: 0, records }]);
}

async function decideEmbedded(events: readonly InboundEvent[]): Promise<string[]> {
  const temporary = await openTemporaryLog({ partitions: 1 });
  try {
    await append(temporary.log, events);
    const loop = await openPartitionLoop(temporary.log, 0);
    await decideSome(temporary.log, loop, Infinity);
    await loop.close();
    return await decisionsIn(temporary.log);
  } finally {
    await temporary.destroy();
  }
}

/** As a reader takes them: what is not past the last (position, index) is dropped, and Progress aside. */
async function decisionsIn(log: EventLog): Promise<string[]> {
  const { end } = await log.bounds(TOPICS.decisions, 0);
  const taken: string[] = [];
  let last = { offset: -1, index: -1 };
  for (let from = 0; from < end;) {
    const { records, next } = await log.read(TOPICS.decisions, 0, from);
    from = next;
    for (const { value } of records) {
      const decoded = decisionsCodec.decode(value);
      if (decoded.kind !== 'event') throw new Error('A decision that cannot be read');
      if (decoded.event.type === DECISION_TYPES.Progress) continue;
      const { position, index } = decoded.event.data;
      const offset = Number(position.split(':')[1]);
      if (offset < last.offset || (offset === last.offset && index <= last.index)) continue;
      last = { offset, index };
      taken.push(value.toString());
    }
  }
  return taken;
}
