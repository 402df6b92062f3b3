import { TOPICS } from '@offramp/events';
import fc from 'fast-check';
import { LogError } from '../event-log.js';
import { type LogContract, PARTITIONS, appendTo, readAll, record, records, texts, withLog } from './harness.js';

export function appendContract(contract: LogContract): void {
  const harness = withLog(contract);

  it('gives the records of a partition consecutive offsets from 0, in the order given', async () => {
    const { log } = harness;
    expect(await appendTo(log, 1, records('a', 'b'))).toBe(0);
    expect(await appendTo(log, 1, records('c'))).toBe(2);
    const stored = await readAll(log, TOPICS.inbound, 1);
    expect(stored.map(({ offset }) => offset)).toEqual([0, 1, 2]);
    expect(texts(stored)).toEqual(['a', 'b', 'c']);
  });

  it('writes to several topics and partitions in one call, and answers in the order of the appends', async () => {
    const { log } = harness;
    await appendTo(log, 0, records('first'));
    const offsets = await log.append([
      { topic: TOPICS.inbound, partition: 0, records: records('second', 'third') },
      { topic: TOPICS.content, partition: 2, records: records('text') },
      { topic: TOPICS.inbound, partition: 0, records: records('fourth') },
    ]);
    expect(offsets).toEqual([1, 0, 3]);
    expect(texts(await readAll(log, TOPICS.inbound, 0))).toEqual(['first', 'second', 'third', 'fourth']);
    expect(texts(await readAll(log, TOPICS.content, 2))).toEqual(['text']);
    expect(await log.bounds(TOPICS.inbound, 2)).toEqual({ start: 0, end: 0 });
  });

  it('has what it acknowledged after a restart, and goes on behind it', async () => {
    await appendTo(harness.log, 2, records('a', 'b'));
    const log = await harness.reopen();
    expect(log.partitions).toBe(PARTITIONS);
    expect(await log.bounds(TOPICS.inbound, 2)).toEqual({ start: 0, end: 2 });
    expect(await appendTo(log, 2, records('c'))).toBe(2);
    expect(texts(await readAll(log, TOPICS.inbound, 2))).toEqual(['a', 'b', 'c']);
  });

  it('keeps keys and values as they are', async () => {
    const { log } = harness;
    const everyByte = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const news = [
      { key: '', value: everyByte },
      { key: 'acme/größe-日本-🜂', value: new Uint8Array(everyByte.buffer, everyByte.byteOffset + 3, 7) },
      { key: `acme/${'%F0%9F%9C%82'.repeat(128)}`, value: Buffer.alloc(0) },
    ];
    await appendTo(log, 0, news);
    const stored = await readAll(log, TOPICS.inbound, 0);
    expect(stored.map(({ key }) => key)).toEqual(news.map(({ key }) => key));
    expect(stored.map(({ value }) => [...value])).toEqual(news.map(({ value }) => [...value]));
    expect(stored.every(({ value }) => Buffer.isBuffer(value))).toBe(true);
  });

  it('takes records of 1 MiB, among small ones', async () => {
    const { log } = harness;
    const large = Buffer.alloc(2 ** 20, 'large');
    await appendTo(log, 0, [record('before'), { key: 'acme/t1', value: large }, record('after')]);
    const stored = await readAll(log, TOPICS.inbound, 0);
    expect(stored.map(({ value }) => value.length)).toEqual([6, 2 ** 20, 5]);
    expect(stored[1]!.value.equals(large)).toBe(true);
  });

  it('has copied a value when the call has returned', async () => {
    const { log } = harness;
    const value = Buffer.from('first');
    const appended = log.append([{ topic: TOPICS.inbound, partition: 0, records: [{ key: 'acme/t1', value }] }]);
    value.write('wrong');
    await appended;
    expect(texts(await readAll(log, TOPICS.inbound, 0))).toEqual(['first']);
  });

  it('answers an append of no records with the offset that comes next', async () => {
    const { log } = harness;
    await appendTo(log, 0, records('a'));
    expect(await appendTo(log, 0, [])).toBe(1);
    expect(await log.append([])).toEqual([]);
    expect(await log.bounds(TOPICS.inbound, 0)).toEqual({ start: 0, end: 1 });
  });

  it('refuses a partition that is not there', async () => {
    const { log } = harness;
    for (const partition of [-1, PARTITIONS, 0.5, Number.NaN]) {
      await expect(appendTo(log, partition, records('a'))).rejects.toBeInstanceOf(LogError);
    }
  });

  it('refuses everything after it was closed', async () => {
    const { log } = harness;
    await log.close();
    await expect(appendTo(log, 0, records('a'))).rejects.toBeInstanceOf(LogError);
    await expect(log.read(TOPICS.inbound, 0, 0)).rejects.toBeInstanceOf(LogError);
    await expect(log.bounds(TOPICS.inbound, 0)).rejects.toBeInstanceOf(LogError);
    await expect(log.openState(0)).rejects.toBeInstanceOf(LogError);
  });

  it('finishes what was being written when it is closed', async () => {
    const appended = appendTo(harness.log, 0, records('a'));
    await harness.log.close();
    expect(await appended).toBe(0);
    expect(texts(await readAll(await harness.reopen(), TOPICS.inbound, 0))).toEqual(['a']);
  });

  it('keeps every writer in order and leaves no gap, however many write at once', async () => {
    const writer = fc.record({
      partition: fc.nat(PARTITIONS - 1),
      sizes: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(writer, { minLength: 2, maxLength: 12 }), async (writers) => {
        const own = await contract.open({ partitions: PARTITIONS });
        try {
          const acknowledged = await Promise.all(writers.map((each, index) => write(own.log, each, String(index))));
          await own.reopen();
          for (let partition = 0; partition < PARTITIONS; partition++) {
            const stored = await readAll(own.log, TOPICS.inbound, partition);
            expect(stored.map(({ offset }) => offset)).toEqual(stored.map((_, index) => index));
            const expected = acknowledged
              .filter((each) => each.partition === partition)
              .flatMap(({ written }) => written);
            expect(stored.length).toBe(expected.length);
            for (const { offset, text } of expected) expect(stored[offset]!.value.toString()).toBe(text);
          }
        } finally {
          await own.destroy();
        }
      }),
      { numRuns: 15 },
    );
  });
}

interface Writer {
  readonly partition: number;
  readonly sizes: readonly number[];
}

/** Appends one batch after the other; returns what was acknowledged, with the offset it was told. */
async function write(log: Parameters<typeof appendTo>[0], { partition, sizes }: Writer, name: string) {
  const written: { offset: number; text: string }[] = [];
  let last = -1;
  for (const [batch, size] of sizes.entries()) {
    const batchTexts = Array.from({ length: size }, (_, index) => `${name}:${batch}:${index}`);
    const first = await appendTo(log, partition, records(...batchTexts));
    expect(first).toBeGreaterThan(last);
    last = first + size - 1;
    written.push(...batchTexts.map((text, index) => ({ offset: first + index, text })));
  }
  return { partition, written };
}
