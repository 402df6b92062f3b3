import { type Dead, SOURCE_OF_PARTITION, TOPICS, deadCodec } from '@offramp/events';
import { rejectedRecords } from './rejected-records.js';
import { openTemporaryLog } from './testing/temporary-log.js';

const TIME = '2026-01-01T00:00:00.000Z';

function rejected(position: string, more: Partial<Dead<'RecordRejected'>['data']> = {}): Buffer {
  const data = { topic: TOPICS.raw, position, cause: 'not-json', ...more };
  const envelope = { specversion: '1.0', id: `raw.v1/${position}`, source: SOURCE_OF_PARTITION, subject: '' };
  const event = { ...envelope, type: 'offramp.record.rejected.v1', time: TIME, data };
  return deadCodec.encode(event as Dead<'RecordRejected'>);
}

it('Rejected records are listed by position and cause, each once, the first ones of each partition', async () => {
  const { log, destroy } = await openTemporaryLog({ partitions: 2 });
  try {
    expect(await rejectedRecords(log, 10)).toEqual([]);
    const newer = Buffer.from(rejected('0:9').toString().replace('rejected.v1', 'rejected.v2'));
    const invalid = rejected('0:3', { cause: 'invalid', field: 'threadId' });
    const of = [
      [rejected('0:1'), newer, invalid, rejected('0:1'), Buffer.from('{')],
      [rejected('1:0'), rejected('1:2')],
    ];
    for (const [partition, values] of of.entries()) {
      const records = values.map((value) => ({ key: '', value }));
      await log.append([{ topic: TOPICS.dead, partition, records }]);
    }
    const first = { topic: 'raw.v1', position: '0:1', since: TIME, cause: 'not-json' };
    expect(await rejectedRecords(log, 10)).toEqual([
      first,
      { ...first, position: '0:3', cause: 'invalid', field: 'threadId' },
      { ...first, position: '1:0' },
      { ...first, position: '1:2' },
    ]);
    expect((await rejectedRecords(log, 1)).map(({ position }) => position)).toEqual(['0:1', '1:0']);
  } finally {
    await destroy();
  }
});
