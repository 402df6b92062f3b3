import { DECISION_TYPES, type DecisionEvent, INBOUND_TYPES, TOPICS, decisionId, decisionsCodec } from '@offramp/events';
import fc from 'fast-check';
import type { NewRecord } from './event-log.js';
import { type MergedCursor, type MergedEntry, createMergedStream } from './merged-stream.js';
import { type TemporaryLog, openTemporaryLog } from './testing/temporary-log.js';

const TIME = '2026-01-01T00:00:00.000Z';
const START: MergedCursor = { inbound: 0, decisions: 0 };

let temporary: TemporaryLog;

beforeEach(async () => {
  temporary = await openTemporaryLog({ partitions: 1 });
});

afterEach(async () => {
  await temporary.destroy();
});

describe('the merged stream of a partition', () => {
  it('gives every input once, with what it caused, up to the progress', async () => {
    await inputs(3);
    await decisions([reset(0), reset(2), progress(2)]);
    expect(summary(await entriesFrom(START))).toEqual([
      [0, 1],
      [1, 0],
      [2, 1],
    ]);
  });

  it('gives nothing that no progress has closed', async () => {
    await inputs(3);
    await decisions([reset(0), progress(0), reset(1)]);
    expect(summary(await entriesFrom(START))).toEqual([[0, 1]]);
  });

  it('drops what a decider says again after it went on from an older progress', async () => {
    await inputs(3);
    await decisions([reset(0), reset(1), progress(1), reset(0), reset(1), reset(2), progress(2)]);
    expect(summary(await entriesFrom(START))).toEqual([
      [0, 1],
      [1, 1],
      [2, 1],
    ]);
  });

  it('drops what was said twice before any progress', async () => {
    await inputs(2);
    await decisions([reset(0), reset(0), reset(1), progress(1)]);
    expect(summary(await entriesFrom(START))).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });

  it('counts what it drops', async () => {
    await inputs(3);
    await decisions([reset(0), reset(0), reset(1), progress(1), reset(1), progress(1), reset(2), progress(2)]);
    const stream = createMergedStream(temporary.log, 0, START);
    const { records } = await temporary.log.read(TOPICS.decisions, 0, 0);
    await collect(stream.take(records, 100));
    expect(stream.repeats).toBe(3);
  });

  it('keeps what an owner that is ahead has said before the progress of one behind, also over a restart', async () => {
    await inputs(4);
    await decisions([reset(0), reset(3), progress(1)]);
    const stream = createMergedStream(temporary.log, 0, START);
    const { records } = await temporary.log.read(TOPICS.decisions, 0, 0);
    const [piece] = await collect(stream.take(records, 100));
    expect(piece!.cursor).toEqual({ inbound: 2, decisions: 1 });
    await decisions([progress(3)]);
    const rest = [
      [2, 0],
      [3, 1],
    ];
    const more = await temporary.log.read(TOPICS.decisions, 0, 3);
    expect(summary((await collect(stream.take(more.records, 100))).flatMap(({ entries }) => entries))).toEqual(rest);
    expect(summary(await entriesFrom(piece!.cursor))).toEqual(rest);
  });

  it('gives what many short progresses have closed in one piece', async () => {
    await inputs(3);
    await decisions([reset(0), progress(0), progress(1), reset(2), progress(2)]);
    const stream = createMergedStream(temporary.log, 0, START);
    const { records } = await temporary.log.read(TOPICS.decisions, 0, 0);
    const pieces = await collect(stream.take(records, 100));
    expect(pieces.map(({ entries, cursor }) => [summary(entries), cursor])).toEqual([
      [
        [
          [0, 1],
          [1, 0],
          [2, 1],
        ],
        { inbound: 3, decisions: 5 },
      ],
    ]);
  });

  it('stops before an input that only a newer program understands: a newer decider has judged it', async () => {
    await inputs(1);
    await inputs(1, 'offramp.message.posted.v9');
    await inputs(1);
    await decisions([reset(0), reset(1), reset(2), progress(2)]);
    const stream = createMergedStream(temporary.log, 0, START);
    const { records } = await temporary.log.read(TOPICS.decisions, 0, 0);
    const pieces = stream.take(records, 100);
    const { value: before } = await pieces.next();
    expect([summary(before!.entries), before!.cursor]).toEqual([[[0, 1]], { inbound: 1, decisions: 0 }]);
    await expect(pieces.next()).rejects.toMatchObject({
      retriable: false,
      message: expect.stringContaining('inbound.v1 0:1: events of type offramp.message.posted.v9 are unknown here'),
    });
  });

  it('goes on from the cursor of any piece, whatever the size of the pieces', async () => {
    await inputs(12);
    const said = Array.from({ length: 12 }, (_, offset) => [
      reset(offset),
      ...(offset % 5 === 4 ? [progress(offset)] : []),
    ]);
    await decisions([...said.flat(), progress(11)]);
    const whole = summary(await entriesFrom(START));
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 7 }), fc.integer({ min: 1, max: 5 }), async (limit, pieces) => {
        const before: MergedEntry[] = [];
        const cursor = await takePieces(before, { limit, pieces });
        expect(summary([...before, ...(await entriesFrom(cursor))])).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });
});

const summary = (entries: readonly MergedEntry[]) =>
  entries.map(({ offset, decisions: said }) => [offset, said.length]);

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const all: Item[] = [];
  for await (const item of items) all.push(item);
  return all;
}

async function entriesFrom(cursor: MergedCursor): Promise<MergedEntry[]> {
  const stream = createMergedStream(temporary.log, 0, cursor);
  const { records } = await temporary.log.read(TOPICS.decisions, 0, cursor.decisions);
  const entries: MergedEntry[] = [];
  for await (const piece of stream.take(records, 100)) entries.push(...piece.entries);
  return entries;
}

/** Takes some pieces and gives the cursor that a crash right after them would find stored. */
async function takePieces(
  into: MergedEntry[],
  { limit, pieces }: { limit: number; pieces: number },
): Promise<MergedCursor> {
  const stream = createMergedStream(temporary.log, 0, START);
  const { records } = await temporary.log.read(TOPICS.decisions, 0, 0);
  let cursor = START;
  let taken = 0;
  for await (const piece of stream.take(records, limit)) {
    into.push(...piece.entries);
    cursor = piece.cursor;
    if (++taken === pieces) break;
  }
  return cursor;
}

async function inputs(count: number, type: string = INBOUND_TYPES.MessagePosted): Promise<void> {
  const records = Array.from({ length: count }, (_, index): NewRecord => {
    const data = { messageId: `m${index}`, role: 'user' };
    const event = {
      specversion: '1.0',
      id: `default/t/m${index}`,
      source: 'default',
      subject: 't',
      type,
      time: TIME,
      data,
    };
    return { key: 'default/t', value: Buffer.from(JSON.stringify(event)) };
  });
  await temporary.log.append([{ topic: TOPICS.inbound, partition: 0, records }]);
}

async function decisions(said: readonly DecisionEvent[]): Promise<void> {
  const records = said.map((decision) => ({ key: '', value: decisionsCodec.encode(decision) }));
  await temporary.log.append([{ topic: TOPICS.decisions, partition: 0, records }]);
}

function reset(offset: number): DecisionEvent {
  const ladder = { stage: 'clear', attempts: 0, of: 3 };
  const data = { position: `0:${offset}`, index: 0, messageId: `m${offset}`, ladder, policy: 'default@00000000' };
  return event(DECISION_TYPES.LadderReset, data);
}

function progress(offset: number): DecisionEvent {
  return event(DECISION_TYPES.Progress, { position: `0:${offset}`, time: TIME });
}

function event(
  type: DecisionEvent['type'],
  data: { readonly position: string; readonly time?: string },
): DecisionEvent {
  const id = decisionId({ source: 'default', subject: 't', position: data.position, eventId: 'e', type, index: 0 });
  return {
    specversion: '1.0',
    id,
    source: 'default',
    subject: 't',
    type,
    time: TIME,
    data,
  } as unknown as DecisionEvent;
}
