import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import type { Assessor } from '@offramp/assess';
import { TOPICS, position } from '@offramp/events';
import { LogFull } from '@offramp/log';
import { type TestIngest, startIngest } from '../testing/ingest-app.js';

const TYPE = 'application/x-ndjson';
const lineOf = (n: number, more: object = {}): string =>
  JSON.stringify({ threadId: `t${n % 5}`, messageId: `m${n}`, role: 'user', ...more });

let ingest: TestIngest;
beforeEach(async () => {
  ingest = await startIngest();
});
afterEach(() => ingest.close());

interface AnswerLine {
  readonly status: number;
  readonly position?: string;
  readonly line?: number;
  readonly type?: string;
}

async function post(payload: string | Buffer): Promise<AnswerLine[]> {
  const answer = await ingest.app.inject({
    method: 'POST',
    url: '/v1/messages',
    headers: { 'content-type': TYPE },
    payload,
  });
  expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, TYPE]);
  return linesIn(answer.body);
}

function linesIn(text: string): AnswerLine[] {
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as AnswerLine);
}

describe('lines of messages', () => {
  it('are answered one by one, in order, and one that is wrong stops no other', async () => {
    const rows = await post(
      [
        lineOf(1, { text: 'x' }),
        '',
        '{"threadId":"t1"}',
        'no json',
        lineOf(2),
        lineOf(3, { parentId: 'm3' }),
        JSON.stringify({ threadId: 't', messageId: 'm', role: 'user', text: 'x'.repeat(2 ** 20) }),
        `\r\n  \r\n${lineOf(4)}\r`,
        '{"threadId":"t1","mess',
      ].join('\n'),
    );
    expect(rows.map(({ status, line, type }) => [status, line, type?.slice(20)])).toEqual([
      [202, undefined, undefined],
      [422, 3, 'invalid'],
      [400, 4, 'malformed-json'],
      [202, undefined, undefined],
      [422, 6, 'invalid'],
      [413, 7, 'too-large'],
      [202, undefined, undefined],
      [400, 11, 'malformed-json'],
    ]);
    const stored = await ingest.read(TOPICS.inbound);
    const ids = new Map(stored.map((row) => [row.position, row.event.data['messageId']]));
    expect(rows.flatMap((row) => (row.position === undefined ? [] : [ids.get(row.position)]))).toEqual([
      'm1',
      'm2',
      'm4',
    ]);
    expect(await ingest.read(TOPICS.content)).toHaveLength(1);
  });

  it('are taken as other programs write them, and each that is wrong is told so in its place', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const bytes = [
      Buffer.from(`\ufeff${lineOf(1)}\r\n`),
      Buffer.from(`{"__proto__":{"threadId":"t"},"messageId":"m","role":"user"}\n`),
      Buffer.from(`{"threadId":${deep},"messageId":"m","role":"user"}\n`),
      Buffer.from(`${lineOf(2, { text: `NUL \u0000`, unknown: [1], constructor: { prototype: 1 } })}\n`),
      Buffer.from(`${'['.repeat(100_000)}\n`),
      Buffer.from('null\n[]\n7\n'),
      Buffer.from(lineOf(3)),
      Buffer.from([0xc3]),
    ];
    const rows = await post(Buffer.concat(bytes));
    expect(rows.map(({ status }) => status)).toEqual([202, 422, 422, 202, 400, 422, 422, 422, 400]);
    const stored = await ingest.read(TOPICS.inbound);
    expect(stored.map(({ event }) => event.data['messageId']).sort()).toEqual(['m1', 'm2']);
    expect((await ingest.read(TOPICS.content))[0]!.event.data['text']).toBe('NUL \u0000');
  });

  it('take one of the greatest length', async () => {
    const empty = lineOf(1, { text: '' });
    const full = lineOf(1, { text: 'x'.repeat(2 ** 20 - empty.length) });
    expect(await post(`${full}\n${lineOf(2)}`)).toMatchObject([{ status: 202 }, { status: 202 }]);
  });

  it('take the last one also without a newline, and nothing at all', async () => {
    expect(await post(lineOf(1))).toMatchObject([{ status: 202 }]);
    expect(await post('')).toEqual([]);
    expect(await post('\n\n')).toEqual([]);
  });

  it('by the thousand keep the order of each thread', async () => {
    const rows = await post(Array.from({ length: 5000 }, (_, n) => lineOf(n)).join('\n'));
    expect(rows.map(({ status }) => status)).toEqual(Array(5000).fill(202));
    const offsets = rows.map((row) => row.position!.split(':').map(Number));
    for (const partition of [0, 1]) {
      const ofPartition = offsets.filter(([at]) => at === partition).map(([, offset]) => offset!);
      expect(ofPartition).toEqual([...ofPartition.keys()]);
    }
  });

  it('cannot wait for verdicts', async () => {
    const headers = { 'content-type': TYPE };
    const answer = await ingest.ask('POST', '/v1/messages?wait=verdict', { body: lineOf(1), headers });
    expect(answer).toMatchObject({ status: 400, body: { detail: expect.stringContaining('not for lines') } });
  });

  it('are refused at once where they say that they are more than 64 MiB', async () => {
    const headers = { 'content-type': TYPE, 'content-length': String(64 * 2 ** 20 + 1) };
    const call = request({ port: ingest.port, host: '127.0.0.1', method: 'POST', path: '/v1/messages', headers });
    call.flushHeaders();
    const [answer] = await once(call, 'response');
    call.destroy();
    expect(answer.statusCode).toBe(413);
  });

  it('end with 413 where they turn out to be more than 64 MiB', async () => {
    const headers = { 'content-type': TYPE };
    const call = request({ port: ingest.port, host: '127.0.0.1', method: 'POST', path: '/v1/messages', headers });
    call.on('error', () => undefined);
    const answered = once(call, 'response');
    const blank = `${' '.repeat(2 ** 20 - 1)}\n`;
    call.write(`${lineOf(1)}\n`);
    for (let n = 0; n <= 64; n++) call.write(blank);
    const [answer] = await answered;
    const rows: AnswerLine[] = [];
    for await (const line of createInterface(answer)) rows.push(JSON.parse(line) as AnswerLine);
    call.destroy();
    expect(rows.map(({ status }) => status)).toEqual([202, 413]);
  });

  it('say for each line that the disk is full, and the next ones are tried again', async () => {
    const append = ingest.log.append.bind(ingest.log);
    let isFull = true;
    Object.assign(ingest.log, {
      append: (...given: Parameters<typeof append>) =>
        isFull ? Promise.reject(new LogFull('full')) : append(...given),
    });
    const refused = await post([lineOf(1), 'no json', lineOf(2)].join('\n'));
    isFull = false;
    expect(refused.map(({ status, line }) => [status, line])).toEqual([
      [503, 1],
      [400, 2],
      [503, 3],
    ]);
    expect(await post(lineOf(1))).toMatchObject([{ status: 202 }]);
  });
});

describe('a caller of lines', () => {
  it('reads the answer to a line before it sends the next one', async () => {
    const headers = { 'content-type': TYPE };
    const call = request({ port: ingest.port, host: '127.0.0.1', method: 'POST', path: '/v1/messages', headers });
    const answered = once(call, 'response');
    call.write(`${lineOf(1)}\n`);
    const [answer] = await answered;
    const answers = createInterface(answer)[Symbol.asyncIterator]();
    expect(JSON.parse((await answers.next()).value as string)).toMatchObject({ status: 202 });
    call.write(`${lineOf(2)}\n`);
    expect(JSON.parse((await answers.next()).value as string)).toMatchObject({ status: 202 });
    call.end();
    expect((await answers.next()).done).toBe(true);
  });

  it('who is gone in mid-stream loses nothing that was answered, and half a line is not taken', async () => {
    const socket = connect(ingest.port, '127.0.0.1');
    const chunk = (text: string): string => `${Buffer.byteLength(text).toString(16)}\r\n${text}\r\n`;
    socket.write(
      `POST /v1/messages HTTP/1.1\r\nHost: x\r\nContent-Type: ${TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n` +
        chunk(`${lineOf(1)}\n${lineOf(2)}\n{"threadId":"t3","messageId":"m3","role":"user"}`),
    );
    let text = '';
    for await (const data of socket.setEncoding('utf8')) {
      text += data as string;
      if (text.split('"status":202').length === 3) break; // Breaking out of the loop cuts the socket.
    }
    expect((await post(lineOf(4))).map(({ status }) => status)).toEqual([202]);
    const stored = (await ingest.read(TOPICS.inbound)).map(({ event }) => event.data['messageId']);
    expect(stored.sort()).toEqual(['m1', 'm2', 'm4']);
  });
});

describe('an assessor that takes its time', () => {
  it('is not asked for more than a few at once, and the lines keep their order', async () => {
    await ingest.close();
    let asked = 0;
    let greatest = 0;
    const slow: Assessor = {
      name: 'slow',
      version: '1',
      assess: async () => {
        greatest = Math.max(greatest, ++asked);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
        asked--;
        return { assessor: 'slow', version: '1', status: 'assessed', harm: {}, risk: {} };
      },
    };
    ingest = await startIngest({ assessor: slow });
    const lines = Array.from({ length: 300 }, (_, n) => lineOf(n, { threadId: 't', text: 'x' }));
    const rows = await post(lines.join('\n'));
    const partition = Number(rows[0]!.position!.split(':')[0]);
    expect(rows.map((row) => row.position)).toEqual(lines.map((_, n) => position(partition, n)));
    const stored = await ingest.read(TOPICS.inbound);
    expect(stored.every(({ event }) => (event.data['evidence'] as { status: string }).status === 'assessed')).toBe(
      true,
    );
    expect(greatest).toBe(64);
  });
});
