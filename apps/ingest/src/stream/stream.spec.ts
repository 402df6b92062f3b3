import { type Topic, TOPICS, tenantIdSchema, threadKey } from '@offramp/events';
import { type EventLog, openTemporaryLog } from '@offramp/log';
import { createKey, revokeKey } from '@offramp/service';
import { type EventSource, openEventSource } from '../testing/event-source.js';
import { TENANT, TIME, type TestIngest, startIngest } from '../testing/ingest-app.js';
import { messageIn, named, place, said, take, write } from '../testing/said-decisions.js';
import { DecisionStreams } from './decision-streams.js';

let ingest: TestIngest;
let sources: EventSource[] = [];
beforeEach(async () => {
  ingest = await startIngest({ temporary: await openTemporaryLog({ partitions: 8 }) });
});
afterEach(async () => {
  await Promise.all(sources.map((source) => source.close()));
  sources = [];
  await ingest.close();
});

async function listen(lastEventId?: string, key?: string): Promise<EventSource> {
  const headers = {
    ...(lastEventId === undefined ? {} : { 'last-event-id': lastEventId }),
    ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
  };
  const source = await openEventSource(`http://127.0.0.1:${ingest.port}/v1/stream`, headers);
  sources.push(source);
  return source;
}

describe('The stream of decisions', () => {
  it('sends what is decided from now on, as it stands on the log', async () => {
    await write(ingest.log, place(0, 0));
    await ingest.settle();
    const source = await listen();
    expect(source.response.headers.get('content-type')).toBe('text/event-stream');
    expect(source.response.headers.get('cache-control')).toBe('no-store');
    await write(ingest.log, place(0, 1), place(3, 0));
    const events = [(await source.next())!, (await source.next())!];
    expect(events.map(({ data }) => messageIn(data)).sort()).toEqual(['m0-1-0', 'm3-0-0']);
    const sent = events.find(({ data }) => messageIn(data) === 'm0-1-0')!;
    expect(sent.data).toBe(Buffer.from(said(place(0, 1))).toString());
  });

  it('sends nothing of another tenant, and nothing twice that a decider says again', async () => {
    const source = await listen();
    await write(
      ingest.log,
      place(1, 5),
      { ...place(1, 6), tenant: 'other' },
      place(1, 5),
      place(1, 6, 1),
      place(1, 6, 1),
      place(1, 7),
    );
    expect(await take(source, 3)).toEqual(['m1-5-0', 'm1-6-1', 'm1-7-0']);
  });

  it('goes on where a client was, over all partitions, through reconnects and restarts, and neither loses nor repeats', async () => {
    const all = Array.from({ length: 120 }, (_, at) => place(at % 8, Math.floor(at / 8)));
    const received: string[] = [];
    let id: string | undefined;
    for (let round = 0; round < 6; round++) {
      const source = await listen(id);
      await write(ingest.log, ...all.slice(round * 20, round * 20 + 10));
      received.push(...(await take(source, round === 0 ? 7 : 13)));
      id = source.lastEventId;
      await source.close();
      // While nobody listens; a decider that was replaced says some of it again.
      await write(
        ingest.log,
        ...all.slice(round * 20 + 10, round * 20 + 20),
        ...all.slice(round * 20 + 5, round * 20 + 8),
      );
      if (round % 2 === 0) ingest = await ingest.restart();
    }
    const rest = await listen(id);
    received.push(...(await take(rest, all.length - received.length)));
    expect(received.toSorted()).toEqual(all.map(named).toSorted());
    await write(ingest.log, place(0, 1000));
    expect(await take(rest, 1)).toEqual(['m0-1000-0']);
  });

  it('goes on from an id that came with no event, where nothing was decided yet', async () => {
    const first = await listen();
    const silent = Promise.race([first.next(), ingest.settle()]);
    await write(ingest.log, { ...place(2, 0), tenant: 'other' });
    await silent;
    const id = await idOf(first);
    await first.close();
    await write(ingest.log, place(2, 1), place(5, 0));
    expect((await take(await listen(id), 2)).sort()).toEqual(['m2-1-0', 'm5-0-0']);
  });

  it.each(['nonsense', '', 'MSEw', Buffer.from('1!z~0~0').toString('base64url'), "'; DROP TABLE x"])(
    'refuses what is no id of it: %s',
    async (id) => {
      const { status, body } = await ingest.ask('GET', '/v1/stream', { headers: { 'last-event-id': id } });
      expect([status, body['type']]).toEqual([400, 'urn:offramp:problem:malformed-request']);
      expect(body['detail']).toContain('Last-Event-ID');
    },
  );

  it('refuses an id of what is not on this log', async () => {
    const source = await listen();
    await write(ingest.log, place(0, 0));
    await source.next();
    const id = source.lastEventId!;
    const other = await startIngest({ temporary: await openTemporaryLog({ partitions: 8 }) });
    const answer = await other.ask('GET', '/v1/stream', { headers: { 'last-event-id': id } });
    await other.close();
    expect([answer.status, answer.body['detail']]).toEqual([400, expect.stringContaining('another log')]);
  });

  it('cuts a client off that does not read, which goes on from its last id', async () => {
    const source = await listen();
    await write(ingest.log, place(0, 0));
    expect(await take(source, 1)).toEqual(['m0-0-0']);
    const padding = 'x'.repeat(100);
    const count = 30_000;
    const records = Array.from({ length: count }, (_, at) => ({
      key: threadKey(TENANT, 't1'),
      value: said({ ...place(0, at + 1), padding }),
    }));
    await ingest.log.append([{ topic: TOPICS.decisions as Topic, partition: 0, records }]);
    await ingest.settle();
    const received = ['m0-0-0'];
    for (let event = await source.next(); event !== undefined; event = await source.next()) {
      received.push(messageIn(event.data).replace(padding, ''));
    }
    expect(received.length).toBeLessThan(count);
    const again = await listen(source.lastEventId);
    received.push(...(await take(again, count + 1 - received.length)).map((id) => id.replace(padding, '')));
    expect(received).toEqual(Array.from({ length: count + 1 }, (_, at) => `m0-${at}-0`));
  });

  it('reads each partition once, however many listen', async () => {
    const listeners = await Promise.all(Array.from({ length: 40 }, () => listen()));
    const { log } = ingest;
    const read = log.read.bind(log);
    const reads: number[] = [];
    const counted: EventLog['read'] = (topic, partition, from, options) => {
      if (topic === TOPICS.decisions) reads.push(partition);
      return read(topic, partition, from, options);
    };
    Object.assign(log, { read: counted });
    await write(log, place(6, 0), place(6, 1));
    for (const source of listeners) expect(await take(source, 2)).toEqual(['m6-0-0', 'm6-1-0']);
    // One tail; its reads end with each append.
    expect(reads.length).toBeLessThan(10);
  });

  it('says from time to time that the connection is alive', async () => {
    const source = await listen();
    await write(ingest.log, place(0, 0));
    await take(source, 1);
    const streams = ingest.app.get(DecisionStreams);
    streams.beat();
    streams.beat();
    await write(ingest.log, place(0, 1));
    await take(source, 1);
    expect(source.comments).toEqual([': heartbeat', ': heartbeat']);
  });

  it('ends when the key of its client is revoked, before anything else is sent', async () => {
    const tenant = tenantIdSchema.parse('acme');
    const by = { by: 'ops', time: TIME };
    const [kept, lost] = [
      await createKey(ingest.log, { tenant, scopes: ['read'], name: 'kept', ...by }),
      await createKey(ingest.log, { tenant, scopes: ['read'], name: 'lost', ...by }),
    ];
    await ingest.settle();
    const listeners = [await listen(undefined, kept.key), await listen(undefined, lost.key)] as const;
    await write(ingest.log, { ...place(0, 0), tenant });
    for (const source of listeners) expect(await take(source, 1)).toEqual(['m0-0-0']);
    await revokeKey(ingest.log, { keyId: lost.keyId, ...by });
    await ingest.settle();
    await write(ingest.log, { ...place(0, 1), tenant });
    expect(await take(listeners[0], 1)).toEqual(['m0-1-0']);
    expect(await listeners[1].next()).toBeUndefined();
    const again = await ingest.ask('GET', '/v1/stream', { headers: { authorization: `Bearer ${lost.key}` } });
    expect(again.status).toBe(401);
  });

  it('ends for a client whose key is revoked also where nothing is decided', async () => {
    const by = { by: 'ops', time: TIME };
    const tenant = tenantIdSchema.parse('acme');
    const { key, keyId } = await createKey(ingest.log, { tenant, scopes: ['read'], name: 'lost', ...by });
    await ingest.settle();
    const source = await listen(undefined, key);
    await write(ingest.log, { ...place(0, 0), tenant });
    await take(source, 1);
    await revokeKey(ingest.log, { keyId, ...by });
    await ingest.settle();
    ingest.app.get(DecisionStreams).beat();
    expect(await source.next()).toBeUndefined();
  });

  it('ends when the process does, so that a client connects elsewhere', async () => {
    const source = await listen();
    const ended = source.next();
    ingest = await ingest.restart();
    expect(await ended).toBeUndefined();
  });
});

/** The id that comes before any event. */
async function idOf(source: EventSource): Promise<string> {
  expect(source.lastEventId).toEqual(expect.any(String));
  return source.lastEventId!;
}
