import { TOPICS } from '@offramp/events';
import { OffsetOutOfRange } from '../event-log.js';
import { type LogContract, appendTo, record, records, texts, withLog } from './harness.js';

const TOPIC = TOPICS.inbound;
/** Long enough that a test which waits for it in vain is seen to hang. */
const LONG_MS = 60_000;

export function readContract(contract: LogContract): void {
  const harness = withLog(contract);

  it('begins at the offset asked for and tells where to go on', async () => {
    const { log } = harness;
    await appendTo(log, 0, records('a', 'b', 'c', 'd'));
    const result = await log.read(TOPIC, 0, 1, { maxRecords: 2 });
    expect(texts(result.records)).toEqual(['b', 'c']);
    expect(result.next).toBe(3);
    expect(result.end).toBe(4);
  });

  it('gives at most 1,000 records where nothing else is said', async () => {
    const { log } = harness;
    await appendTo(
      log,
      0,
      Array.from({ length: 1500 }, (_, index) => record(String(index))),
    );
    const first = await log.read(TOPIC, 0, 0);
    expect(first.records.length).toBe(1000);
    expect((await log.read(TOPIC, 0, first.next)).records.length).toBe(500);
  });

  it('reads from every offset of a large append', async () => {
    const { log } = harness;
    const count = 700;
    await appendTo(
      log,
      0,
      Array.from({ length: count }, (_, index) => record(`${index}`.padEnd(400))),
    );
    for (let from = 0; from < count; from += 13) {
      const { records: found, next } = await log.read(TOPIC, 0, from, { maxRecords: 3 });
      expect(texts(found).map(Number)).toEqual([from, from + 1, from + 2].filter((offset) => offset < count));
      expect(next).toBe(Math.min(from + 3, count));
    }
  });

  it('stops after the record that reaches the bytes asked for, and gives at least one', async () => {
    const { log } = harness;
    await appendTo(log, 0, records('12345', '12345', '12345', '12345'));
    expect((await log.read(TOPIC, 0, 0, { maxBytes: 10 })).records.length).toBe(2);
    expect((await log.read(TOPIC, 0, 0, { maxBytes: 11 })).records.length).toBe(3);
    expect((await log.read(TOPIC, 0, 0, { maxBytes: 1 })).records.length).toBe(1);
  });

  it('answers at the end with nothing', async () => {
    const { log } = harness;
    await appendTo(log, 0, records('a'));
    expect(await log.read(TOPIC, 0, 1)).toEqual({ records: [], next: 1, end: 1 });
    expect(await log.read(TOPIC, 1, 0)).toEqual({ records: [], next: 0, end: 0 });
  });

  it('wakes a read that waits when a record comes, in every one that waits there', async () => {
    const { log } = harness;
    const waiting = [1, 2, 3].map(() => log.read(TOPIC, 0, 0, { waitMs: LONG_MS }));
    await appendTo(log, 0, records('a'));
    for (const result of await Promise.all(waiting)) expect(texts(result.records)).toEqual(['a']);
  });

  it('lets a read wait only for its own partition and topic', async () => {
    const { log } = harness;
    const stop = new AbortController();
    const waiting = log.read(TOPIC, 0, 0, { waitMs: LONG_MS, signal: stop.signal });
    await appendTo(log, 1, records('other'));
    await log.append([{ topic: TOPICS.decisions, partition: 0, records: records('other') }]);
    stop.abort();
    expect(await waiting).toEqual({ records: [], next: 0, end: 0 });
  });

  it('ends a read that waits when its time is over, when it is told to, and when the log closes', async () => {
    const { log } = harness;
    expect((await log.read(TOPIC, 0, 0, { waitMs: 5 })).records).toEqual([]);
    const signal = AbortSignal.abort();
    expect((await log.read(TOPIC, 0, 0, { waitMs: LONG_MS, signal })).records).toEqual([]);
    const waiting = log.read(TOPIC, 0, 0, { waitMs: LONG_MS });
    await log.close();
    expect((await waiting).records).toEqual([]);
  });

  it('follows a writer without losing or repeating a record', async () => {
    const { log } = harness;
    const count = 300;
    const writing = (async () => {
      for (let index = 0; index < count; index += 3) {
        await appendTo(
          log,
          0,
          [0, 1, 2].map((more) => record(String(index + more))),
        );
      }
    })();
    const seen: string[] = [];
    let from = 0;
    while (seen.length < count) {
      const { records: found, next } = await log.read(TOPIC, 0, from, { waitMs: LONG_MS, maxRecords: 7 });
      seen.push(...texts(found));
      from = next;
    }
    await writing;
    expect(seen).toEqual(Array.from({ length: count }, (_, index) => String(index)));
  });

  it('leaves a value as it is, whatever is read or written later', async () => {
    const { log } = harness;
    await appendTo(log, 0, [record('first'.repeat(20_000)), record('second')]);
    const { records: kept } = await log.read(TOPIC, 0, 0);
    const before = texts(kept);
    await appendTo(log, 0, [record('third'.repeat(30_000)), record('fourth')]);
    await log.read(TOPIC, 0, 2);
    expect(texts(kept)).toEqual(before);
  });

  it('refuses an offset that was never written, rather than answering with another', async () => {
    const { log } = harness;
    await appendTo(log, 0, records('a'));
    for (const from of [-1, 2, 1e9, 0.5]) {
      const error: unknown = await log.read(TOPIC, 0, from, { waitMs: LONG_MS }).catch((reason: unknown) => reason);
      expect(error).toBeInstanceOf(OffsetOutOfRange);
      expect(error).toMatchObject({ topic: TOPIC, partition: 0, offset: from, retriable: false });
    }
  });
}
