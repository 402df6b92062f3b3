/**
 * A rebuild of the read models on a Postgres server, beside plain COPY of the same rows into tables of the same layout: what
 * any rebuild has to do at least. Conversations of 20 turns, 3,000 at a time, 2 % of them in trouble.
 */
import { createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';
import { openTemporaryLog } from '@offramp/log';
import { DECISION_TYPES, TOPICS, decisionsCodec, inboundCodec } from '@offramp/events';
import { messageOf } from './shared/conversations.mjs';
import { onNewDatabase } from './shared/database.mjs';
import { report } from './shared/measure.mjs';
import { plainCopy, rebuilt, rowsOf } from './shared/rebuilt.mjs';

const quick = process.argv.includes('--quick');
/** `--events=N`: another number of them. */
const given = process.argv.find((argument) => argument.startsWith('--events='))?.slice('--events='.length);
const EVENTS = Number(given ?? (quick ? 100_000 : 1_000_000));
const AT_ONCE = 3_000;
const TURNS = 20;
const BATCH = 5_000;
const PARTITIONS = 4;

/** The i-th message of all: when the conversations of a block have had their turns, others begin. */
function eventOf(i, partition) {
  const block = Math.floor(i / (AT_ONCE * TURNS));
  const event = messageOf(i % (AT_ONCE * TURNS), { threads: AT_ONCE, troubled: 50 });
  const subject = `${event.subject}-${block}`;
  return {
    ...event,
    id: `default/${subject}/${event.data.messageId}`,
    subject,
    time: new Date(Date.parse('2026-01-01T00:00:00.000Z') + i).toISOString(),
    data: event.data.seen === undefined ? event.data : { ...event.data, seen: `${partition}:${i}` },
  };
}

/** A decided log; the conversations of a block are on one partition, and blocks take turns. */
async function fillLog(log) {
  const folds = Array.from({ length: PARTITIONS }, (_, partition) => ({
    next: 0,
    fold: createPartitionFold({ partition, facts: createMemoryFacts(), recent: createRecentIds() }),
  }));
  for (let from = 0; from < EVENTS; from += BATCH) {
    const partition = Math.floor(from / (AT_ONCE * TURNS)) % PARTITIONS;
    const events = Array.from({ length: Math.min(BATCH, EVENTS - from) }, (_, at) => eventOf(from + at, partition));
    await append(log, { partition, events, of: folds[partition] });
  }
}

async function append(log, { partition, events, of }) {
  const decisions = events.flatMap((event, at) => of.fold.handle(of.next + at, event).decisions);
  of.next += events.length;
  const position = `${partition}:${of.next - 1}`;
  const { time } = events.at(-1);
  const progress = {
    ...{ specversion: '1.0', id: `progress/${position}`, source: 'offramp', subject: String(partition) },
    ...{ type: DECISION_TYPES.Progress, time, data: { position, time } },
  };
  const records = (codec, some) => some.map((event) => ({ key: '', value: codec.encode(event) }));
  await log.append([
    { topic: TOPICS.inbound, partition, records: records(inboundCodec, events) },
    { topic: TOPICS.decisions, partition, records: records(decisionsCodec, [...decisions, progress]) },
  ]);
}

const temporary = await openTemporaryLog({ partitions: PARTITIONS });
try {
  await fillLog(temporary.log);
  await onNewDatabase(async (url) => {
    const ours = await rebuilt(url, temporary.log);
    const plain = await plainCopy(url);
    report('rebuild', rowsOf(EVENTS, ours, plain), { events: EVENTS, rows: plain.rows });
  });
} finally {
  await temporary.destroy();
}
