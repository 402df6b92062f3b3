/** What the Kafka log does beyond the contract of an event log: trims, removed records, members of a group. @requires kafka */
import { TOPICS } from '@offramp/events';
import { readAll, record, records, texts } from '../contract/harness.js';
import { type EventLog, OffsetOutOfRange } from '../event-log.js';
import { type TemporaryKafkaLog, openTemporaryKafkaLog } from '../testing/temporary-kafka-log.js';
import { openKafkaLog } from './kafka-log.js';

const PARTITIONS = 6;
let temporary: TemporaryKafkaLog;
const others: EventLog[] = [];
beforeEach(async () => {
  temporary = await openTemporaryKafkaLog({ partitions: PARTITIONS, sessionMs: 6000, heartbeatMs: 100 });
});
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.close()));
  await temporary.destroy();
});

const append = async (...values: string[]) =>
  temporary.log.append([{ topic: TOPICS.content, partition: 0, records: records(...values) }]);

it('trims to the record, keeps the offsets of the rest, and refuses what is gone', async () => {
  const { log } = temporary;
  await append('a', 'b');
  const [, b] = await readAll(log, TOPICS.content, 0);
  await log.read(TOPICS.content, 0, 0, { maxRecords: 1 });
  let later: number | undefined;
  // The log's own clock decides what is older: write until it has moved on.
  while (later === undefined) {
    await append('later');
    later = (await readAll(log, TOPICS.content, 0)).find(({ timestamp }) => timestamp > b!.timestamp)?.timestamp;
  }
  const before = await readAll(log, TOPICS.content, 0);
  const kept = before.filter(({ timestamp }) => timestamp >= later);
  expect(await log.trim(TOPICS.content, 0, later)).toBe(before.length - kept.length);
  expect(await readAll(log, TOPICS.content, 0)).toEqual(kept);
  const { start, end } = await log.bounds(TOPICS.content, 0);
  expect([start, end]).toEqual([kept[0]!.offset, before.length]);
  // Neither from the broker nor from what was fetched before.
  for (const offset of [0, 1, start - 1]) {
    await expect(log.read(TOPICS.content, 0, offset)).rejects.toBeInstanceOf(OffsetOutOfRange);
  }
  const counts = await Promise.all([log.trim(TOPICS.content, 0, 9e12), log.trim(TOPICS.content, 0, 9e12)]);
  expect(counts).toEqual([end - start, 0]);
  await append('new');
  expect(texts(await readAll(await temporary.reopen(), TOPICS.content, 0))).toEqual(['new']);
});

it('refuses an append that can not be one batch, and goes on', async () => {
  const large = { key: 'acme/t1', value: Buffer.alloc(11 * 2 ** 20) };
  const appending = temporary.log.append([{ topic: TOPICS.content, partition: 0, records: [large, large] }]);
  await expect(appending).rejects.toMatchObject({ retriable: false });
  expect(await append('after')).toEqual([0]);
});

it('goes on after a record that the topic refuses', async () => {
  const small = await openTemporaryKafkaLog({
    partitions: 1,
    settings: { [TOPICS.inbound]: { 'max.message.bytes': '4096' } },
  });
  try {
    const send = async (value: Buffer) =>
      small.log.append([{ topic: TOPICS.inbound, partition: 0, records: [{ key: 'acme/t1', value }] }]);
    const noise = Buffer.from(Array.from({ length: 9000 }, (_, index) => ((index * 7919) % 251) ^ (index >> 3)));
    await expect(send(noise)).rejects.toMatchObject({ retriable: false });
    expect(await send(Buffer.from('small'))).toEqual([0]);
  } finally {
    await small.destroy();
  }
});

it('shares the partitions among the members, one owner at a time, and moves few', async () => {
  const owners = new Map<number, string>();
  const moves: string[] = [];
  const join = async (log: EventLog, name: string) =>
    log.join('decider', {
      assigned(partition) {
        if (owners.has(partition)) moves.push(`${partition} given to ${name} while ${owners.get(partition)} has it`);
        owners.set(partition, name);
        moved();
      },
      async revoked(partition) {
        // Something is still being written.
        await log.append([{ topic: TOPICS.inbound, partition, records: [record(name)] }]);
        owners.delete(partition);
      },
    });
  let moved: () => void = () => undefined;
  const until = async (counts: Record<string, number>) => {
    const now = () => Object.fromEntries(Object.keys(counts).map((name) => [name, countOf(owners, name)]));
    while (JSON.stringify(now()) !== JSON.stringify(counts)) {
      await new Promise<void>((resolve) => {
        moved = resolve;
      });
    }
  };
  const one = await join(temporary.log, 'one');
  await until({ one: 6 });
  const first = new Map(owners);
  const two = await join(await openOther(), 'two');
  await until({ one: 3, two: 3 });
  expect([...owners].filter(([partition, name]) => name === 'one' && first.get(partition) === 'one').length).toBe(3);
  const three = await join(await openOther(), 'three');
  await until({ one: 2, two: 2, three: 2 });
  await one.leave();
  await until({ two: 3, three: 3 });
  expect(moves).toEqual([]);
  await Promise.all([two.leave(), three.leave()]);
  expect(owners.size).toBe(0);
}, 120_000);

async function openOther(): Promise<EventLog> {
  const other = await openKafkaLog({ ...temporary.options, dataDir: `${temporary.options.dataDir}/${others.length}` });
  others.push(other);
  return other;
}

function countOf(owners: ReadonlyMap<number, string>, name: string): number {
  return [...owners.values()].filter((owner) => owner === name).length;
}
