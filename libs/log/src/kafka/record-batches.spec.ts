import { createRequire } from 'node:module';
import fc from 'fast-check';
import { type RawRecord, decodeRecordBatches } from './record-batches.js';

/** Against the encoder of kafkajs, and with what that library's decoder does not show: batches that compaction has emptied. */
const load = createRequire(import.meta.url);
interface Encoder {
  readonly buffer: Buffer;
}
const { RecordBatch } = load('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(batch: object): Promise<Encoder>;
};
const Record = load('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => Encoder;

const TIME = 1_790_000_000_000;

interface Plain {
  readonly offset: number;
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

function plain({ offset, timestamp, rawKey, rawValue }: RawRecord): Plain {
  return { offset, timestamp, key: rawKey, value: rawValue };
}

const bytes = fc.option(fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)));
const record = fc.record({ key: bytes, value: bytes, delay: fc.nat(1e7), gap: fc.nat(3) });
const batch = fc.record({ records: fc.array(record, { maxLength: 20 }), gzip: fc.boolean(), tail: fc.nat(5) });

it('reads what kafkajs writes, from any offset on, and says where to go on', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(batch, { maxLength: 5 }), fc.nat(30), fc.nat(60), async (batches, before, cutOff) => {
      const encoded: Buffer[] = [];
      const expected: Plain[] = [];
      let offset = before;
      for (const { records, gzip, tail } of batches) {
        const first = offset;
        const placed = records.map((each) => ({ ...each, offset: (offset += each.gap + 1) - 1 }));
        offset += tail;
        encoded.push(await encode({ first, last: Math.max(first, offset - 1), gzip, placed }));
        offset = Math.max(first + 1, offset);
        expected.push(
          ...placed.map(({ key, value, delay, offset: at }) => ({ offset: at, timestamp: TIME + delay, key, value })),
        );
      }
      // The last batch of an answer may be cut off.
      const whole = Buffer.concat([...encoded, Buffer.alloc(cutOff)]);
      for (const from of [0, before, before + 3, offset]) {
        const read = await decodeRecordBatches(whole, from);
        expect(read.records.map(plain)).toEqual(expected.filter((each) => each.offset >= from));
        for (const each of read.records) expect(each.valueLength).toBe(each.value.length);
        expect(read.next).toBe(batches.length === 0 ? undefined : Math.max(from, offset));
      }
    }),
    { numRuns: 200 },
  );
});

it('takes the time at which the log took a batch, where the topic says so', async () => {
  const placed = [{ key: null, value: null, delay: 5, offset: 0 }];
  const encoded = await encode({ first: 0, last: 0, gzip: false, placed });
  encoded[22]! |= 0x08;
  encoded.writeBigInt64BE(BigInt(TIME + 777), 35);
  expect((await decodeRecordBatches(encoded, 0)).records[0]!.timestamp).toBe(TIME + 777);
});

it('leaves out the marks of transactions', async () => {
  const placed = [{ key: Buffer.alloc(4), value: Buffer.alloc(6), delay: 0, offset: 7 }];
  const encoded = await encode({ first: 7, last: 7, gzip: false, placed });
  encoded[22]! |= 0x20;
  expect(await decodeRecordBatches(encoded, 0)).toEqual({ records: [], next: 8 });
});

interface Placed {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly delay: number;
  readonly offset: number;
}

async function encode(of: { first: number; last: number; gzip: boolean; placed: readonly Placed[] }): Promise<Buffer> {
  const records = of.placed.map(({ key, value, delay, offset }) =>
    Record({ offsetDelta: offset - of.first, timestampDelta: delay, key, value, headers: {} }),
  );
  const encoder = await RecordBatch({
    compression: of.gzip && records.length > 0 ? 1 : 0,
    firstTimestamp: TIME,
    maxTimestamp: TIME,
    producerId: 5,
    producerEpoch: 0,
    firstSequence: 0,
    records,
    transactional: false,
  });
  const buffer = Buffer.from(encoder.buffer);
  buffer.writeBigInt64BE(BigInt(of.first), 0);
  buffer.writeInt32BE(of.last - of.first, 23);
  return buffer;
}
