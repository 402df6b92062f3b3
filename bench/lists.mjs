/**
 * The query API over HTTP, at 1 million messages in 100,000 threads: how long every question takes that its lists can be asked.
 * A history of the real ladder is projected into a Postgres server, and a smaller one into the embedded database; a console
 * answers in a process of its own. `--on=URL`: read models that an earlier run has left with `--keep`. `--every=N`: one question in N.
 */
import { onEmbedded, onServer, withConsole } from './shared/filled.mjs';
import { MESSAGES_A_THREAD } from './shared/history.mjs';
import { percentile, report } from './shared/measure.mjs';
import { questionsOf } from './shared/questions.mjs';

const quick = process.argv.includes('--quick');
const option = (name) => process.argv.find((argument) => argument.startsWith(`--${name}=`))?.slice(name.length + 3);
const THREADS = Number(option('threads') ?? (quick ? 10_000 : 100_000));
const THREADS_EMBEDDED = quick ? 1_000 : 5_000;
const EVERY = Number(option('every') ?? 1);
const ASKED = quick ? 5 : 20;
/** Of a pair of filters, of which there are thousands; the slowest are asked as often as any other afterwards. */
const ASKED_PAIR = 1;
const SLOW_MS = 15;
const CLIENTS = 8;
const MS_MAX = 50;
/** How far a page is inside, in pages of 1,000 rows. */
const DEEP_PAGES = 5;
const WORST = 15;
const NOTHING_EVERY = 50;
/** What is asked where there is less time: no pairs of filters. */
const ALONE = ['single', 'long page'];

async function answerOf(client, target) {
  const start = performance.now();
  const { status, body } = await client.get(target);
  const ms = performance.now() - start;
  if (status !== 200) throw new Error(`${target}: ${status} ${body}`);
  return { ms, body };
}

const jsonOf = async (client, target) => JSON.parse((await answerOf(client, target)).body);

function targetOf({ url, query }, more = []) {
  const whole = new URLSearchParams([...query, ...more]);
  return whole.size === 0 ? url : `${url}?${whole}`;
}

/** The same question on a page deep inside, or undefined where it has no such page. */
async function deepInside(client, question) {
  if (!question.isList) return undefined;
  const limit = question.query.has('limit') ? [] : [['limit', '1000']];
  let cursor;
  for (let page = 0; page < DEEP_PAGES; page++) {
    const at = cursor === undefined ? [] : [['cursor', cursor]];
    const { next } = await jsonOf(client, targetOf(question, [...limit, ...at]));
    if (next === null) break;
    cursor = next;
  }
  if (cursor === undefined) return undefined;
  return {
    ...question,
    kind: `${question.kind}, deep`,
    query: new URLSearchParams([...question.query, ['cursor', cursor]]),
  };
}

async function ask(client, question, times) {
  const target = targetOf(question);
  const ms = [];
  for (let i = 0; i < times; i++) ms.push((await answerOf(client, target)).ms);
  return { question, ms };
}

/** One after the other. Pairs that are slow are asked again, as often as questions of one filter. */
async function oneByOne(client, questions) {
  const asked = [];
  for (const question of questions) {
    const isPair = question.kind === 'pair';
    const first = await ask(client, question, isPair ? ASKED_PAIR : ASKED);
    const isSlow = isPair && percentile(first.ms, 0.5) > SLOW_MS;
    asked.push(isSlow ? await ask(client, question, ASKED) : first);
    const deep = isPair ? undefined : await deepInside(client, question);
    if (deep !== undefined) asked.push(await ask(client, deep, ASKED));
  }
  return asked;
}

/** All of them once by several clients at a time, in an order that mixes them. */
async function sideBySide(client, questions) {
  const mixed = questions.map((_, i) => questions[(i * 7919) % questions.length]);
  const asked = [];
  let next = 0;
  async function one() {
    while (next < mixed.length) asked.push(await ask(client, mixed[next++], 1));
  }
  await Promise.all(Array.from({ length: CLIENTS }, one));
  return asked;
}

const round = (ms) => +ms.toFixed(1);

/** How long the questions of each path took; and the slowest of them at its best, which other processes have no part in. */
function rowsOf(name, asked) {
  const paths = new Set(asked.map(({ question }) => question.path));
  return [...paths].flatMap((path) => {
    const of = asked.filter(({ question }) => question.path === path);
    const all = of.flatMap(({ ms }) => ms);
    const best = Math.max(...of.map(({ ms }) => Math.min(...ms)));
    return [
      { name: `${name}: ${path}, p50`, value: round(percentile(all, 0.5)), unit: 'ms' },
      { name: `${name}: ${path}, p99`, value: round(percentile(all, 0.99)), unit: 'ms', target: `<= ${MS_MAX}` },
      ...(of[0].ms.length > 1 ? [{ name: `${name}: ${path}, slowest at best`, value: round(best), unit: 'ms' }] : []),
    ];
  });
}

/** The questions that take longest, each at its best. */
function worstOf(asked) {
  const all = asked.map(({ question, ms }) => ({
    ...{ question: targetOf({ ...question, query: withoutCursor(question) }), kind: question.kind },
    ...{ best: round(Math.min(...ms)), p50: round(percentile(ms, 0.5)), p99: round(percentile(ms, 0.99)) },
  }));
  return all.sort((a, b) => b.best - a.best).slice(0, WORST);
}

function withoutCursor({ query }) {
  const rest = new URLSearchParams(query);
  rest.delete('cursor');
  return rest;
}

/** Ids that questions need and only the rows have. */
async function knownOf(client) {
  const [first] = (await jsonOf(client, '/v1/endings?sort=endedAt&limit=1')).data;
  const [thumb] = (await jsonOf(client, '/v1/feedback?limit=1')).data;
  return {
    now: Date.now(),
    policies: [first.policy],
    message: 'edited',
    decision: thumb.decisionId ?? first.decisionId,
  };
}

/** Among them, what no database is asked for: how long the rest of the way takes, and what else the machine does. */
function withNothing(questions) {
  const nothing = {
    ...{ path: '/healthz', url: '/healthz', kind: 'single' },
    isList: false,
    query: new URLSearchParams(),
  };
  return questions.flatMap((question, i) => (i % NOTHING_EVERY === 0 ? [nothing, question] : [question]));
}

async function measure(name, place, kinds) {
  return withConsole({ place, clients: CLIENTS }, async (client) => {
    const all = questionsOf(await knownOf(client)).filter(({ kind }) => kinds.includes(kind));
    const questions = withNothing(all.filter((_, i) => i % EVERY === 0));
    const stats = await jsonOf(client, '/v1/stats');
    const { threads, messages, decisions, feedback } = stats;
    process.stdout.write(
      `${name}: ${questions.length} questions; of this tenant ${threads} threads, ${messages} messages, `,
    );
    process.stdout.write(`${decisions.total} decisions, ${feedback.up + feedback.down} thumbs\n`);
    await sideBySide(
      client,
      questions.filter(({ kind }) => kind !== 'pair'),
    );
    const sequential = await oneByOne(client, questions);
    const clients = await sideBySide(client, questions);
    return {
      rows: [...rowsOf(name, sequential), ...rowsOf(`${name}, ${CLIENTS} clients`, clients)],
      worst: worstOf(sequential),
    };
  });
}

const given = option('on');
const onUrl = (url) => measure('server', { url }, quick ? ALONE : [...ALONE, 'pair']);
const server =
  given === undefined
    ? await onServer({ threads: THREADS, keep: process.argv.includes('--keep') }, onUrl)
    : await onUrl(given);
const embedded =
  given === undefined
    ? await onEmbedded({ threads: THREADS_EMBEDDED }, (dataDir) => measure('embedded', { dataDir }, ALONE))
    : { rows: [], worst: [] };
for (const [name, { worst }] of Object.entries({ server, embedded })) {
  process.stdout.write(`The slowest questions, ${name}:\n`);
  for (const { question, kind, best, p50, p99 } of worst) {
    const ms = [best, p50, p99].map((value) => String(value).padStart(7)).join('');
    process.stdout.write(`  best, p50, p99, ms:${ms}: ${question} (${kind})\n`);
  }
}
report('lists', [...server.rows, ...embedded.rows], {
  threads: THREADS,
  messages: THREADS * MESSAGES_A_THREAD,
  worst: { server: server.worst, embedded: embedded.worst },
});
