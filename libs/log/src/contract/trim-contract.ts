import { TOPICS } from '@offramp/events';
import { LogError, OffsetOutOfRange } from '../event-log.js';
import { type LogContract, PARTITIONS, readAll, records, texts, withLog } from './harness.js';

const TOPIC = TOPICS.content;
const LATER = 9e12;

export function trimContract(contract: LogContract): void {
  let time = 0;
  const harness = withLog(contract, { partitions: PARTITIONS, now: () => time });

  async function append(...values: string[]): Promise<void> {
    await harness.log.append([{ topic: TOPIC, partition: 0, records: records(...values) }]);
  }

  it('removes nothing where nothing is old', async () => {
    const { log } = harness;
    expect(await log.trim(TOPIC, 0, LATER)).toBe(0);
    time = 1000;
    await append('a');
    expect(await log.trim(TOPIC, 0, 1000)).toBe(0);
    expect(await log.bounds(TOPIC, 0)).toEqual({ start: 0, end: 1 });
  });

  it('refuses the topics that are history', async () => {
    for (const topic of [TOPICS.inbound, TOPICS.decisions, TOPICS.facts, TOPICS.shadow]) {
      await expect(harness.log.trim(topic, 0, LATER)).rejects.toBeInstanceOf(LogError);
    }
  });

  if (!contract.features.clock) return;

  it('removes what is older, tells how much, and keeps the offsets of the rest', async () => {
    const { log } = harness;
    for (time = 1000; time < 6000; time += 1000) await append(`${time}`, `${time} again`);
    expect(await log.trim(TOPIC, 0, 3000)).toBe(4);
    expect(await log.bounds(TOPIC, 0)).toEqual({ start: 4, end: 10 });
    const left = await readAll(log, TOPIC, 0);
    expect(left.map(({ offset, timestamp }) => [offset, timestamp])).toEqual([
      ...[4, 5].map((offset) => [offset, 3000]),
      ...[6, 7].map((offset) => [offset, 4000]),
      ...[8, 9].map((offset) => [offset, 5000]),
    ]);
    await expect(log.read(TOPIC, 0, 3)).rejects.toBeInstanceOf(OffsetOutOfRange);
    expect(texts((await log.read(TOPIC, 0, 4, { maxRecords: 1 })).records)).toEqual(['3000']);
  });

  it('never uses an offset again, also when everything was removed, also after a restart', async () => {
    time = 1000;
    await append('a', 'b');
    expect(await harness.log.trim(TOPIC, 0, LATER)).toBe(2);
    expect(await harness.log.bounds(TOPIC, 0)).toEqual({ start: 2, end: 2 });
    const log = await harness.reopen();
    expect(await log.bounds(TOPIC, 0)).toEqual({ start: 2, end: 2 });
    expect(await log.append([{ topic: TOPIC, partition: 0, records: records('c') }])).toEqual([2]);
    expect(texts(await readAll(log, TOPIC, 0))).toEqual(['c']);
  });

  it('stops at the first record that is not older, so that there is never a gap', async () => {
    for (time of [1000, 9000, 1000]) await append(`${time}`);
    expect(await harness.log.trim(TOPIC, 0, 5000)).toBe(1);
    expect(texts(await readAll(harness.log, TOPIC, 0))).toEqual(['9000', '1000']);
  });

  it('counts each record once where two trim at the same time', async () => {
    time = 1000;
    for (let index = 0; index < 700; index++) void append(String(index));
    await append('last');
    const counts = await Promise.all([harness.log.trim(TOPIC, 0, LATER), harness.log.trim(TOPIC, 0, LATER)]);
    expect(counts).toEqual([701, 0]);
  });
}
