/** What is left of facts.v1 when a broker has really compacted it, down to batches without a record. @requires brokers */
import { TOPICS } from '@offramp/events';
import type { Fact } from '@offramp/ladder';
import { type TemporaryKafkaLog, openTemporaryKafkaLog } from '../testing/temporary-kafka-log.js';
import { type TestBrokers, startTestBrokers } from '../testing/test-brokers.js';
import { openKafkaLog } from './kafka-log.js';

const COMMITS = 40;
/** A segment for nearly every write, and a cleaner that hardly rests. */
const SEGMENTS = { 'segment.ms': '1', 'min.cleanable.dirty.ratio': '0', 'delete.retention.ms': '0' };

let brokers: TestBrokers;
let temporary: TemporaryKafkaLog;
beforeAll(async () => {
  brokers = await startTestBrokers(1, { 'log.cleaner.backoff.ms': '100' });
  const settings = { [TOPICS.facts]: SEGMENTS };
  temporary = await openTemporaryKafkaLog({ brokers: brokers.addresses, partitions: 1, settings });
}, 120_000);
afterAll(async () => {
  await temporary?.log.close();
  await brokers?.stop();
}, 60_000);

it('can be read from every offset on, and restores to the same facts', async () => {
  const { log } = temporary;
  const state = await log.openState(0);
  for (let offset = 0; offset < COMMITS; offset++) {
    await state.commit({ decisions: [], facts: factsAt(offset), progress: { offset, time: offset } });
    // Has each commit written by itself; what is expired is forgotten by the way.
    await state.sweep(offset, offset, 100);
  }
  await state.close();
  const { end } = await log.bounds(TOPICS.facts, 0);
  const left = await untilCompacted(end);
  expect(left.length).toBeLessThan(end / 2);
  const reads = [];
  for (let from = 0; from < end; from++) reads.push(await log.read(TOPICS.facts, 0, from, { maxRecords: 1 }));
  // The cleaner goes on meanwhile: what is there still at the end was there all the time, and nothing of it may be passed by.
  const lasting = await offsetsBefore(end);
  for (const [from, read] of reads.entries()) {
    expect(read.next).toBeGreaterThan(from);
    const first = lasting.find((offset) => offset >= from) ?? end;
    const found = read.records[0]?.offset;
    if (found === undefined) expect(read.next).toBeLessThanOrEqual(first);
    else
      expect([found <= first || found >= end, left.includes(found) || found >= end, found >= from]).toEqual([
        true,
        true,
        true,
      ]);
  }
  const other = await openKafkaLog({ ...temporary.options, dataDir: `${temporary.options.dataDir}/other` });
  try {
    const restored = await other.openState(0);
    expect(restored.progress?.offset).toBe(COMMITS - 1);
    expect(restored.facts.allBefore('risk', 'acme/t1', '', COMMITS).map(({ at }) => at)).toEqual(
      Array.from({ length: COMMITS }, (_, at) => at),
    );
    expect(restored.facts.allBefore('guard', 'acme/t1', '0', COMMITS).map(({ at }) => at)).toEqual([COMMITS - 1]);
  } finally {
    await other.close();
  }
}, 120_000);

/** One that stays, and one that is expired by the next commit but one. */
function factsAt(at: number): Fact[] {
  return [
    { kind: 'risk', scope: 'acme/t1', name: '', at, value: {} },
    ...Array.from({ length: 4 }, (_, index): Fact => {
      return { kind: 'guard', scope: 'acme/t1', name: `${index}`, at, value: { raised: true }, until: at + 1 };
    }),
  ];
}

/** Returns the offsets that are left. Each look writes a record, which closes the segment before it. */
async function untilCompacted(end: number): Promise<number[]> {
  for (;;) {
    await temporary.log.append([
      { topic: TOPICS.facts, partition: 0, records: [{ key: 'nobody', value: Buffer.from('{}') }] },
    ]);
    const offsets = await offsetsBefore(end);
    if (offsets.length < end / 2) return offsets;
  }
}

async function offsetsBefore(end: number): Promise<number[]> {
  const offsets: number[] = [];
  for (let from = 0; from < end;) {
    const { records, next } = await temporary.log.read(TOPICS.facts, 0, from);
    offsets.push(...records.map(({ offset }) => offset).filter((offset) => offset < end));
    from = next;
  }
  return offsets;
}
