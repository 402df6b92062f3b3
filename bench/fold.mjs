/** The fold alone: messages a second with 2 % of the threads in trouble, and its cost in a long thread against a short one. */
import { createMemoryFacts, createPartitionFold, createRecentIds } from '@offramp/ladder';
import { conversations } from './shared/conversations.mjs';
import { median, report, timed } from './shared/measure.mjs';

const quick = process.argv.includes('--quick');
const MESSAGES = quick ? 100_000 : 400_000;
const RUNS = quick ? 3 : 7;

function foldAll(events) {
  const fold = createPartitionFold({ partition: 0, facts: createMemoryFacts(), recent: createRecentIds() });
  let decisions = 0;
  for (let i = 0; i < events.length; i++) decisions += fold.handle(i, events[i]).decisions.length;
  return decisions;
}

/** Each workload measured in turn, so that a slow moment of the machine meets both; µs a message. */
async function compare(workloads) {
  const costs = workloads.map(() => []);
  for (let run = 0; run <= RUNS; run++) {
    for (const [index, events] of workloads.entries()) {
      const ms = await timed(() => foldAll(events));
      if (run > 0) costs[index].push((ms * 1000) / events.length);
    }
  }
  return costs.map(median);
}

const mixed = conversations(MESSAGES, { threads: 4000, troubled: 50 });
const [mixedCost] = await compare([mixed]);

// One thread in trouble all along against many short ones that are, too: the same work a message, other lengths.
const long = conversations(100_000, { threads: 1, troubled: 1 });
const short = conversations(100_000, { threads: 1000, troubled: 1 });
const longClean = conversations(100_000, { threads: 1, troubled: 2 }).map(withoutHarm);
const shortClean = conversations(100_000, { threads: 1000, troubled: 2 }).map(withoutHarm);
const [longCost, shortCost, longCleanCost, shortCleanCost] = await compare([long, short, longClean, shortClean]);

function withoutHarm(event) {
  const { evidence, ...data } = event.data;
  return evidence === undefined
    ? event
    : { ...event, data: { ...data, evidence: { ...evidence, harm: { abuse: 0.02 } } } };
}

report(
  'fold',
  [
    {
      name: 'fold, 2 % of threads in trouble',
      value: Math.round(1e6 / mixedCost),
      unit: 'messages/s',
      target: '>= 500000',
    },
    {
      name: 'thread of 100,000 against 100, clear',
      value: +(longCleanCost / shortCleanCost).toFixed(2),
      unit: 'times',
      target: '<= 1.2',
    },
    {
      name: 'thread of 100,000 against 100, in trouble',
      value: +(longCost / shortCost).toFixed(2),
      unit: 'times',
      target: '<= 1.2',
    },
  ],
  { messages: MESSAGES, runs: RUNS, decisions: foldAll(mixed) },
);
