/* The stream of decisions over a real broker. @requires kafka */
import { openTemporaryKafkaLog } from '@offramp/log';
import { type EventSource, openEventSource } from '../testing/event-source.js';
import { type TestIngest, startIngest } from '../testing/ingest-app.js';
import { messageIn, named, place, take, write } from '../testing/said-decisions.js';

const PARTITIONS = 8;
const ROUNDS = 6;

let ingest: TestIngest;
beforeAll(async () => {
  ingest = await startIngest({ temporary: await openTemporaryKafkaLog({ partitions: PARTITIONS }) });
}, 120_000);
afterAll(() => ingest.close(), 60_000);

function listen(lastEventId?: string): Promise<EventSource> {
  const headers: Record<string, string> = lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
  return openEventSource(`http://127.0.0.1:${ingest.port}/v1/stream`, headers);
}

it('goes on where a client was, over all partitions, through reconnects and restarts, and neither loses nor repeats', async () => {
  const all = Array.from({ length: ROUNDS * 20 }, (_, at) => place(at % PARTITIONS, Math.floor(at / PARTITIONS)));
  const received: string[] = [];
  let id: string | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    const source = await listen(id);
    await write(ingest.log, ...all.slice(round * 20, round * 20 + 10));
    received.push(...(await take(source, round === 0 ? 7 : 13)));
    id = source.lastEventId;
    await source.close();
    // While nobody listens; a decider that was replaced says some of it again.
    const away = all.slice(round * 20 + 10, round * 20 + 20);
    await write(ingest.log, ...away, ...all.slice(round * 20 + 5, round * 20 + 8));
    if (round % 2 === 0) ingest = await ingest.restart();
  }
  const rest = await listen(id);
  received.push(...(await take(rest, all.length - received.length)));
  expect(received.toSorted()).toEqual(all.map(named).toSorted());
  await write(ingest.log, place(0, 1_000), { ...place(1, 1_000), tenant: 'other' }, place(2, 1_000));
  expect((await take(rest, 2)).toSorted()).toEqual(['m0-1000-0', 'm2-1000-0']);
  await rest.close();
}, 240_000);

it('gives many clients the same, each from where it was', async () => {
  const first = await listen();
  await write(ingest.log, place(3, 2_000), place(4, 2_000));
  const ids = [await first.next(), await first.next()].map((event) => event!.id);
  const others = await Promise.all([...Array.from({ length: 20 }, () => listen(ids[0])), listen(ids[1])]);
  await write(ingest.log, place(3, 2_001));
  const missed = messageIn((await first.next())!.data);
  expect(missed).toBe('m3-2001-0');
  for (const source of others.slice(0, -1)) {
    const got = await take(source, 2);
    expect(got[1]).toBe('m3-2001-0');
    expect(['m3-2000-0', 'm4-2000-0']).toContain(got[0]);
  }
  expect(await take(others.at(-1)!, 1)).toEqual(['m3-2001-0']);
  await Promise.all([first, ...others].map((source) => source.close()));
}, 120_000);
