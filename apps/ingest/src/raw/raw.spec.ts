import { readFileSync } from 'node:fs';
import type { Assessor } from '@offramp/assess';
import { type Evidence, TOPICS, partitionOfThread, threadKey } from '@offramp/events';
import { openTemporaryLog } from '@offramp/log';
import { type TestIngest, startIngest } from '../testing/ingest-app.js';

const PAGE = new URL('../../../../docs/how-to/stream-through-raw.md', import.meta.url);

/** NO-LOSS, TEXT-FREE and BOUNDED of the topic that a platform writes itself. */

const ACME = 'acme';
const MESSAGE = { tenant: ACME, threadId: 't1', messageId: 'm1', role: 'user' };
const HARMFUL = { status: 'assessed', harm: { abuse: 0.9 }, risk: {} };

let ingest: TestIngest;

afterEach(async () => {
  await ingest.close();
});

async function writeRaw(partition: number, ...values: (object | string | Buffer)[]): Promise<void> {
  const records = values.map((value) => ({
    key: '',
    value: Buffer.isBuffer(value) ? value : Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)),
  }));
  await ingest.log.append([{ topic: TOPICS.raw, partition, records }]);
}

describe('a record of raw.v1', () => {
  it('is assessed and logged as a posted message is, its text apart, and claims nothing of its own', async () => {
    ingest = await startIngest();
    await writeRaw(1, { ...MESSAGE, text: 'the words', parentId: null, evidence: HARMFUL, at: '2026-01-01T00:00:00Z' });
    await ingest.settle();
    const [row, ...others] = await ingest.read(TOPICS.inbound);
    expect(others).toEqual([]);
    expect(row!.position).toBe(`${partitionOfThread(ACME, 't1', 2)}:0`);
    expect(row!.key).toBe(threadKey(ACME, 't1'));
    expect(row!.event).toMatchObject({ id: 'acme/t1/m1', source: ACME, subject: 't1' });
    expect(row!.event.data).toEqual({
      messageId: 'm1',
      parentId: null,
      role: 'user',
      at: '2026-01-01T00:00:00.000Z',
      textLength: 9,
      evidence: { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.9 }, risk: {} },
    });
    const [content] = await ingest.read(TOPICS.content);
    expect(content!.event.data).toMatchObject({ kind: 'message', eventId: 'acme/t1/m1', text: 'the words' });
  });

  it('is what the page about it shows', async () => {
    ingest = await startIngest({ temporary: await openTemporaryLog({ partitions: 8 }) });
    const examples = [...readFileSync(PAGE, 'utf8').matchAll(/```json\n([\s\S]*?)```/g)].map((match) => match[1]!);
    await writeRaw(0, ...examples);
    await ingest.settle();
    expect(await ingest.read(TOPICS.dead)).toEqual([]);
    expect((await ingest.read(TOPICS.inbound)).map(({ event }) => event.id)).toEqual([
      'acme/t-83/m-7',
      'acme/t-83/m-8',
    ]);
  });

  it('that is bad goes to dead.v1 by position and cause, without its bytes, and the rest goes on', async () => {
    ingest = await startIngest();
    const bad: [object | string | Buffer, object][] = [
      ['{"half":', { cause: 'not-json' }],
      ['', { cause: 'not-json' }],
      ['"secret"', { cause: 'not-json' }],
      [Buffer.from([0x7b, 0xff, 0x7d]), { cause: 'not-json' }],
      [{ ...MESSAGE, tenant: undefined, text: 'secret' }, { cause: 'no-tenant' }],
      [{ ...MESSAGE, tenant: 'a secret/tenant' }, { cause: 'no-tenant' }],
      [
        { ...MESSAGE, role: 'secret' },
        { cause: 'invalid', field: 'role' },
      ],
      [
        { ...MESSAGE, evidence: { harm: { secret: 7 } } },
        { cause: 'invalid', field: 'evidence' },
      ],
      [
        { ...MESSAGE, parentId: 'm1' },
        { cause: 'invalid', field: 'parentId' },
      ],
      [
        { ...MESSAGE, seen: `${1 - partitionOfThread(ACME, 't1', 2)}:0` },
        { cause: 'invalid', field: 'seen' },
      ],
      [{ ...MESSAGE, text: 'x'.repeat(2 ** 20) }, { cause: 'too-large' }],
    ];
    await writeRaw(0, ...bad.map(([value]) => value), { ...MESSAGE, messageId: 'good' });
    await ingest.settle();
    const dead = await ingest.read(TOPICS.dead);
    expect(dead.map(({ event }) => event.data)).toEqual(
      bad.map(([, said], offset) => ({ topic: 'raw.v1', position: `0:${offset}`, ...said })),
    );
    expect(dead[0]!.event).toMatchObject({ id: 'raw.v1/0:0', source: 'offramp', type: 'offramp.record.rejected.v1' });
    expect(dead[6]!.event).toMatchObject({ source: ACME });
    expect(JSON.stringify(dead)).not.toContain('secret');
    expect((await ingest.read(TOPICS.inbound)).map(({ event }) => event.data['messageId'])).toEqual(['good']);
    const metrics = (await ingest.app.inject({ method: 'GET', url: '/metrics' })).body;
    expect(metrics).toContain('offramp_records_quarantined_total{topic="raw.v1",group="ingest-raw"} 11');
  });
});

describe('where the ingest is in raw.v1', () => {
  it('is kept over a restart: what was taken is not taken again, and nothing is left out', async () => {
    ingest = await startIngest();
    await writeRaw(0, { ...MESSAGE, messageId: 'm1' }, { ...MESSAGE, messageId: 'm2' });
    await ingest.settle();
    ingest = await ingest.restart();
    await writeRaw(0, { ...MESSAGE, messageId: 'm3' });
    await ingest.settle();
    const ids = (await ingest.read(TOPICS.inbound)).map(({ event }) => event.data['messageId']);
    expect(ids).toEqual(['m1', 'm2', 'm3']);
  });

  it('is not moved by a batch that could not be stored: it is taken again until it is', async () => {
    ingest = await startIngest();
    const { log } = ingest;
    const append = log.append.bind(log);
    let refusals = 3;
    log.append = (appends) => {
      const isMessages = appends.some(({ topic }) => topic === TOPICS.inbound);
      if (!isMessages || refusals-- <= 0) return append(appends);
      return Promise.reject(Object.assign(new Error('no leader'), { retriable: true }));
    };
    await writeRaw(0, 'no message', { ...MESSAGE, messageId: 'm1' });
    await ingest.settle();
    expect((await ingest.read(TOPICS.inbound)).map(({ event }) => event.data['messageId'])).toEqual(['m1']);
    // At least once; the same id says that they are the same.
    const dead = await ingest.read(TOPICS.dead);
    expect(new Set(dead.map(({ event }) => event.id))).toEqual(new Set(['raw.v1/0:0']));
  });
});

describe('a slow assessor', () => {
  it('is waited for: few assessments are under way, and no more is read than one batch of a partition', async () => {
    const waiting: ((evidence: Evidence) => void)[] = [];
    let asked = 0;
    let underWayMax = 0;
    let told: () => void;
    const firstRound = new Promise<void>((resolve) => {
      told = resolve;
    });
    const assessor: Assessor = {
      name: 'slow',
      version: '1',
      assess: () => {
        asked++;
        const answer = new Promise<Evidence>((resolve) => {
          waiting.push(resolve);
        });
        underWayMax = Math.max(underWayMax, waiting.length);
        if (waiting.length === UNDER_WAY_MAX) told();
        return answer;
      },
    };
    ingest = await startIngest({ assessor });
    const read = ingest.log.read.bind(ingest.log);
    let readSince = 0;
    ingest.log.read = async (topic, ...rest) => {
      const result = await read(topic, ...rest);
      if (topic === TOPICS.raw) readSince += result.records.length;
      return result;
    };
    const messages = Array.from({ length: 2500 }, (_, at) => ({ ...MESSAGE, messageId: `m${at}`, text: 'words' }));
    await writeRaw(0, ...messages);
    await firstRound;
    // The first batch was waited for before; nothing is read on while it is judged.
    expect([asked, readSince]).toEqual([UNDER_WAY_MAX, 0]);
    expect(await ingest.read(TOPICS.inbound)).toEqual([]);

    const done = ingest.settle();
    let isDone = false;
    void done.then(() => (isDone = true));
    while (!isDone) {
      for (const answer of waiting.splice(0)) answer({ assessor: 'slow', version: '1', status: 'assessed', harm: {} });
      await new Promise(setImmediate);
    }
    expect(underWayMax).toBe(UNDER_WAY_MAX);
    expect(asked).toBe(messages.length);
    const end = (await ingest.log.bounds(TOPICS.inbound, partitionOfThread(ACME, 't1', 2))).end;
    expect(end).toBe(messages.length);
  });
});

/** 128 of a process, shared by the 2 partitions of a test. */
const UNDER_WAY_MAX = 64;
