/** Writes whose answer never arrives: written or not, nobody knows. @requires kafka */
import { TOPICS } from '@offramp/events';
import { readAll, records, texts } from '../contract/harness.js';
import { LogError } from '../event-log.js';
import { DELETE_RECORDS, PRODUCE, createLosingSockets } from '../testing/losing-sockets.js';
import { type TemporaryKafkaLog, openTemporaryKafkaLog } from '../testing/temporary-kafka-log.js';

const sockets = createLosingSockets();
let temporary: TemporaryKafkaLog;
beforeEach(async () => {
  const { socketFactory } = sockets;
  temporary = await openTemporaryKafkaLog({ partitions: 2, socketFactory, recoveryMs: 300 });
});
afterEach(() => temporary.destroy());

const append = async (partition: number, ...values: string[]) =>
  temporary.log.append([{ topic: TOPICS.inbound, partition, records: records(...values) }]);
const inbound = async (partition: number) => texts(await readAll(temporary.log, TOPICS.inbound, partition));

it('writes nothing twice where a write has to be repeated', async () => {
  const before = sockets.lost;
  for (const value of ['a', 'b', 'c']) {
    sockets.loseAnswersTo(PRODUCE, 1);
    await append(0, value, `${value} again`);
  }
  expect(sockets.lost - before).toBe(3);
  expect(await inbound(0)).toEqual(['a', 'a again', 'b', 'b again', 'c', 'c again']);
});

it('loses nothing of what comes after a write that failed', async () => {
  await append(0, 'first');
  sockets.loseAnswersTo(PRODUCE, 100);
  const error: unknown = await append(0, 'unknown').catch((reason: unknown) => reason);
  expect(error).toBeInstanceOf(LogError);
  expect(error).toMatchObject({ retriable: true, message: expect.stringContaining('may be there or not') });
  sockets.loseAnswersTo(PRODUCE, 0);
  // By the old producer's numbers, the broker would take it for the one before.
  const [offset] = await append(0, 'after');
  const found = await inbound(0);
  expect(found[offset!]).toBe('after');
  expect(found).toEqual(['first', 'unknown', 'after']);
});

it('fails nobody but those whose write it was', async () => {
  await Promise.all([append(0, 'a'), append(1, 'a')]);
  sockets.loseAnswersTo(PRODUCE, 100);
  const failed = await Promise.allSettled([append(0, 'b'), append(0, 'c')]);
  expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  sockets.loseAnswersTo(PRODUCE, 0);
  await Promise.all([append(0, 'd'), append(1, 'd')]);
  expect((await inbound(0)).at(-1)).toBe('d');
  expect(await inbound(1)).toEqual(['a', 'd']);
});

it('trims by asking again', async () => {
  const { log } = temporary;
  await log.append([{ topic: TOPICS.content, partition: 0, records: records('a', 'b') }]);
  const before = sockets.lost;
  sockets.loseAnswersTo(DELETE_RECORDS, 3);
  expect(await log.trim(TOPICS.content, 0, 9e12)).toBe(2);
  expect(sockets.lost - before).toBe(3);
  expect(await log.bounds(TOPICS.content, 0)).toEqual({ start: 2, end: 2 });
});

it('refuses a state whose commit failed, and goes on from its progress', async () => {
  const guard = { kind: 'guard', scope: 'acme/t1', name: '', value: { raised: true } } as const;
  const commitOf = (offset: number) => ({
    decisions: records(String(offset)),
    facts: [{ ...guard, at: offset }],
    progress: { offset, time: offset },
  });
  const state = await temporary.log.openState(0);
  await state.commit(commitOf(0));
  sockets.loseAnswersTo(PRODUCE, 100);
  await expect(state.commit(commitOf(1))).rejects.toMatchObject({ retriable: true });
  sockets.loseAnswersTo(PRODUCE, 0);
  await expect(state.commit(commitOf(2))).rejects.toMatchObject({ retriable: true });
  await state.close();
  const again = await temporary.log.openState(0);
  expect(again.progress?.offset).toBe(0);
  expect(again.facts.before('guard', 'acme/t1', '', 9)?.at).toBe(0);
  await again.commit(commitOf(1));
  const decisions = texts(await readAll(temporary.log, TOPICS.decisions, 0));
  // Once more than needed, which readers drop; never less.
  expect(decisions).toEqual(['0', '1', '1']);
});
