import {
  type DecisionEvent,
  DECISION_TYPES,
  INBOUND_TYPES,
  TOPICS,
  decisionsCodec,
  messageEventId,
  threadKey,
} from '@offramp/events';
import { type EventLog, type StoredRecord, type TemporaryLog, openTemporaryLog } from '@offramp/log';
import fc from 'fast-check';
import { PartitionStopped, openPartitionLoop } from './partition-loop.js';

/*
 * Invariants FOLD and DETERMINISM over the real embedded log: however the input is cut into batches, and wherever the loop is
 * thrown away and opened again, the decisions are the same bytes, each once.
 */

const START = Date.parse('2026-01-01T00:00:00.000Z');
const THREAD = 't1';

let temporary: TemporaryLog;

beforeEach(async () => {
  temporary = await openTemporaryLog({ partitions: 1 });
});

afterEach(async () => {
  await temporary.destroy();
});

describe('the loop of a partition', () => {
  it('decides an abused line up to its end, and says nothing of a clear one', async () => {
    await post(temporary.log, abusedLine(6));
    await decideAll(temporary.log);
    expect((await decisionsOf(temporary.log)).map((decision) => decision.type)).toEqual([
      DECISION_TYPES.RedirectAdvised,
      DECISION_TYPES.RedirectAttempted,
      DECISION_TYPES.RedirectAdvised,
      DECISION_TYPES.RedirectAttempted,
      DECISION_TYPES.RedirectAdvised,
      DECISION_TYPES.RedirectAttempted,
      DECISION_TYPES.WarningAdvised,
      DECISION_TYPES.WarningIssued,
      DECISION_TYPES.ConversationEnded,
      DECISION_TYPES.MessageRefused,
    ]);
  });

  it('gives the same bytes for any batches and any restarts', async () => {
    await post(temporary.log, abusedLine(6));
    await decideAll(temporary.log);
    const expected = await decisionsOf(temporary.log);
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.boolean()), { maxLength: 12 }),
        async (cuts) => {
          const other = await openTemporaryLog({ partitions: 1 });
          try {
            await post(other.log, abusedLine(6));
            await decideInBatches(other, cuts);
            expect(await decisionsOf(other.log)).toEqual(expected);
          } finally {
            await other.destroy();
          }
        },
      ),
      { numRuns: 25 },
    );
  });

  it('knows a repeat of a message without a parent id by the log itself, also after a restart', async () => {
    const harmless = { messageId: 'm1', role: 'user', evidence: evidence(0) };
    await post(temporary.log, [harmless, { messageId: 'm2', role: 'user', evidence: evidence(0.95) }]);
    await decideAll(temporary.log);
    await temporary.reopen();
    // Judged as new, it would follow m2 and draw the unanswered advice once more.
    await post(temporary.log, [harmless]);
    await decideAll(temporary.log);
    const types = (await decisionsOf(temporary.log)).map((decision) => decision.type);
    expect(types).toEqual([DECISION_TYPES.RedirectAdvised]);
  });

  it('drops what it has handled before, and says how much that was', async () => {
    await post(temporary.log, abusedLine(2));
    const loop = await openPartitionLoop(temporary.log, 0);
    const inputs = await inputsFrom(temporary.log, 0);
    expect(await loop.handle(inputs.slice(0, 3))).toMatchObject({ next: 3, repeats: 0 });
    expect(await loop.handle(inputs)).toMatchObject({ next: 4, repeats: 3, quarantined: 0 });
    await loop.close();
    expect(await decisionsOf(temporary.log)).toHaveLength(4);
  });

  it('quarantines bytes that are no event by position and cause, and goes on', async () => {
    await temporary.log.append([
      { topic: TOPICS.inbound, partition: 0, records: [{ key: '', value: Buffer.from('{"half":') }] },
    ]);
    await post(temporary.log, abusedLine(1));
    await decideAll(temporary.log);
    const [first, second] = await decisionsOf(temporary.log);
    expect(first!.data).toEqual({ position: '0:0', index: 0, cause: 'not-json' });
    expect(second!.type).toBe(DECISION_TYPES.RedirectAdvised);
  });

  it('stops before a type it does not know, after deciding what comes before', async () => {
    await post(temporary.log, abusedLine(1));
    const newer = {
      specversion: '1.0',
      id: 'x',
      source: 'default',
      subject: THREAD,
      type: 'offramp.message.posted.v9',
    };
    const bytes = Buffer.from(JSON.stringify({ ...newer, time: new Date(START).toISOString(), data: {} }));
    await temporary.log.append([{ topic: TOPICS.inbound, partition: 0, records: [{ key: '', value: bytes }] }]);
    await expect(decideAll(temporary.log)).rejects.toBeInstanceOf(PartitionStopped);
    expect((await decisionsOf(temporary.log)).map((decision) => decision.type)).toEqual([
      DECISION_TYPES.RedirectAdvised,
      DECISION_TYPES.RedirectAttempted,
    ]);
    const loop = await openPartitionLoop(temporary.log, 0);
    expect(loop.next).toBe(2);
    await loop.close();
  });
});

type MessageData = Readonly<Record<string, unknown>> & { readonly messageId: string };

function evidence(abuse: number) {
  return { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse }, risk: {} };
}

/** Harmful turns in a row, each answered with everything seen. */
function abusedLine(turns: number): MessageData[] {
  return Array.from({ length: turns }, (_, turn) => {
    const parentId = turn === 0 ? null : `a${turn - 1}`;
    return [
      { messageId: `u${turn}`, parentId, role: 'user', evidence: evidence(0.95) },
      { messageId: `a${turn}`, parentId: `u${turn}`, role: 'assistant', seen: `0:${2 * turn}` },
    ];
  }).flat();
}

async function post(log: EventLog, messages: readonly MessageData[]): Promise<void> {
  const records = messages.map((data, index) => {
    const event = {
      specversion: '1.0',
      id: messageEventId('default', THREAD, data.messageId),
      source: 'default',
      subject: THREAD,
      type: INBOUND_TYPES.MessagePosted,
      time: new Date(START + index).toISOString(),
      data,
    };
    return { key: threadKey('default', THREAD), value: Buffer.from(JSON.stringify(event)) };
  });
  await log.append([{ topic: TOPICS.inbound, partition: 0, records }]);
}

async function inputsFrom(log: EventLog, offset: number): Promise<readonly StoredRecord[]> {
  return (await log.read(TOPICS.inbound, 0, offset)).records;
}

async function decideAll(log: EventLog): Promise<void> {
  const loop = await openPartitionLoop(log, 0);
  try {
    await loop.handle(await inputsFrom(log, loop.next));
  } finally {
    await loop.close();
  }
}

/** Batches of the given sizes; where the flag says so, the whole log is closed and opened again before the batch. */
async function decideInBatches(temporary: TemporaryLog, cuts: readonly (readonly [number, boolean])[]): Promise<void> {
  let loop = await openPartitionLoop(temporary.log, 0);
  for (const [size, restarts] of cuts) {
    if (restarts) {
      await loop.close();
      await temporary.reopen();
      loop = await openPartitionLoop(temporary.log, 0);
    }
    await loop.handle((await inputsFrom(temporary.log, loop.next)).slice(0, size));
  }
  await loop.handle(await inputsFrom(temporary.log, loop.next));
  await loop.close();
}

async function decisionsOf(log: EventLog): Promise<DecisionEvent[]> {
  const { records } = await log.read(TOPICS.decisions, 0, 0);
  return records
    .map((record) => {
      const decoded = decisionsCodec.decode(record.value);
      if (decoded.kind !== 'event') throw new Error('A decision that cannot be read');
      return decoded.event;
    })
    .filter((decision) => decision.type !== DECISION_TYPES.Progress);
}
