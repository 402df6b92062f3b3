import fc from 'fast-check';
import { threadKey } from './ids.js';
import { murmur2 } from './murmur2.js';
import { partitionOfKey, partitionOfThread, shareOfThread } from './partition.js';
import { tenants, threadIds } from './testing/index.js';

const utf8 = new TextEncoder();

/** From Apache Kafka's own test, `org.apache.kafka.common.utils.UtilsTest.testMurmur2`. */
it.each([
  ['21', -973932308],
  ['foobar', -790332482],
  ['a-little-bit-long-string', -985981536],
  ['a-little-bit-longer-string', -1486304829],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', -58897971],
  ['abc', 479470107],
])("murmur2 of %j is Kafka's", (text, hash) => {
  expect(murmur2(utf8.encode(text))).toBe(hash);
});

describe('the partition of a key', () => {
  /** What any Kafka client with the default partitioner computes for these keys; others build on them. */
  it.each([
    ['acme/t1', 2, 10, 0],
    ['acme/t13', 6, 2, 0],
    ['acme/a%2Fb', 2, 10, 0],
    ['acme/%F0%9F%98%80', 3, 7, 0],
    ['default/thread-1', 6, 10, 0],
    ['default/thread-2', 1, 1, 0],
    ['a/', 5, 9, 0],
    ['x', 6, 10, 0],
  ])('%j is %d of 8, %d of 12 and %d of 1', (key, of8, of12, of1) => {
    expect([partitionOfKey(key, 8), partitionOfKey(key, 12), partitionOfKey(key, 1)]).toEqual([of8, of12, of1]);
  });

  it('is that of the percent-encoded key of its thread', () => {
    fc.assert(
      fc.property(tenants, threadIds, fc.integer({ min: 1, max: 256 }), (tenant, thread, partitions) => {
        const partition = partitionOfThread(tenant, thread, partitions);
        expect(partition).toBe(partitionOfKey(threadKey(tenant, thread), partitions));
        expect(Number.isInteger(partition) && partition >= 0 && partition < partitions).toBe(true);
      }),
    );
  });

  it('spreads threads evenly', () => {
    const counts = new Array<number>(8).fill(0);
    for (let i = 0; i < 8000; i++) counts[partitionOfThread('acme', `thread-${i}`, 8)]!++;
    expect(Math.min(...counts)).toBeGreaterThan(850);
    expect(Math.max(...counts)).toBeLessThan(1150);
  });
});

describe('the share of a thread', () => {
  it('is the same for ever, from 0 to less than 1', () => {
    expect(shareOfThread('default', 'acme', 't1')).toBe(0.09951684437692165);
    fc.assert(
      fc.property(tenants, threadIds, (tenant, thread) => {
        const share = shareOfThread('default', tenant, thread);
        expect(share >= 0 && share < 1).toBe(true);
      }),
    );
  });

  it('covers about as many threads as it says', () => {
    const threads = Array.from({ length: 10_000 }, (_, i) => shareOfThread('default', 'acme', `thread-${i}`));
    for (const share of [0.1, 0.5, 0.9]) {
      const covered = threads.filter((value) => value < share).length;
      expect(Math.abs(covered / threads.length - share)).toBeLessThan(0.02);
    }
  });

  it('chooses other threads for another policy name', () => {
    const differing = Array.from({ length: 100 }, (_, i) => `thread-${i}`).filter(
      (thread) => shareOfThread('default', 'acme', thread) !== shareOfThread('strict', 'acme', thread),
    );
    expect(differing.length).toBe(100);
  });
});
