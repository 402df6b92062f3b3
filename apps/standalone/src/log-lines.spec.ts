import { TOPICS } from '@offramp/events';
import { type EventLog, type TemporaryLog, openTemporaryLog } from '@offramp/log';
import { type LogLinesOptions, logLines } from './log-lines.js';

let temporary: TemporaryLog;
let log: EventLog;

beforeEach(async () => {
  temporary = await openTemporaryLog({ partitions: 3 });
  log = temporary.log;
});

afterEach(() => temporary.destroy());

it('gives a topic as lines, partitions in order, with the bytes that stand there', async () => {
  await write(1, '{"a": 1}', 'no json');
  await write(0, '{\n"b":2}');
  expect(await lines({})).toEqual([
    '{"position":"0:0","event":{"b":2}}',
    '{"position":"1:0","event":{"a": 1}}',
    '{"position":"1:1","bytes":"bm8ganNvbg=="}',
  ]);
});

it('starts at a position, or keeps to one partition', async () => {
  await write(0, '0');
  await write(1, '1', '2');
  await write(2, '3');
  expect(await lines({ from: '1:1' })).toEqual(['{"position":"1:1","event":2}', '{"position":"2:0","event":3}']);
  expect(await lines({ partition: 1 })).toHaveLength(2);
});

it('follows what is written, whichever partition it goes to', async () => {
  await write(1, '1', '2');
  const stop = new AbortController();
  const following = logLines(log, { topic: TOPICS.inbound, from: '1:1', follow: true, signal: stop.signal });
  expect((await following.next()).value).toBe('{"position":"1:1","event":2}\n');
  const next = following.next();
  await write(0, '3');
  expect((await next).value).toBe('{"position":"0:0","event":3}\n');
  const last = following.next();
  stop.abort();
  expect((await last).done).toBe(true);
});

async function write(partition: number, ...values: string[]): Promise<void> {
  const records = values.map((value) => ({ key: '', value: Buffer.from(value) }));
  await log.append([{ topic: TOPICS.inbound, partition, records }]);
}

async function lines(options: Partial<LogLinesOptions>): Promise<string[]> {
  const texts: string[] = [];
  const signal = new AbortController().signal;
  for await (const text of logLines(log, { topic: TOPICS.inbound, signal, ...options })) texts.push(text);
  return texts.join('').split('\n').slice(0, -1);
}
