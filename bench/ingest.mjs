/** Ingest over HTTP, standalone: lines and single posts acknowledged durable a second, and how long a verdict takes. */
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from './shared/http-client.mjs';
import { percentile, report, timed } from './shared/measure.mjs';
import { lines, message } from './shared/messages.mjs';
import { withDirectory, withServer } from './shared/standalone.mjs';

const quick = process.argv.includes('--quick');
const LINES = quick ? 40_000 : 200_000;
const LINES_A_REQUEST = 20_000;
/** Requests of lines at a time: a second one is read while the first one is being written. */
const REQUESTS_AT_ONCE = 2;
const SINGLES = quick ? 6_000 : 30_000;
const CLIENTS = 64;
const VERDICTS_A_SECOND = 200;
const WARM_S = 3;
const VERDICTS_S = quick ? 3 : 15;

const perSecond = (count, ms) => Math.round((count * 1000) / ms);
const ACCEPTED = Buffer.from('"status":202');

function count(body, part) {
  let found = 0;
  for (let at = body.indexOf(part); at !== -1; at = body.indexOf(part, at + part.length)) found++;
  return found;
}

/** Runs `work` on each of the items, so many at a time. */
async function eachOf(items, atOnce, work) {
  const left = items.values();
  const worker = async () => {
    for (const item of left) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Messages a second over all of it, and how much of one core this process took: near 1, it is the bottleneck itself. */
async function measure(messages, work) {
  const before = process.cpuUsage();
  const ms = await timed(work);
  const { user, system } = process.cpuUsage(before);
  return { rate: perSecond(messages, ms), client: Math.round((user + system) / ms / 10) / 100 };
}

async function postLines(client, how) {
  const bodies = [];
  for (let first = 0; first < LINES; first += LINES_A_REQUEST) {
    bodies.push(lines({ first, count: Math.min(LINES_A_REQUEST, LINES - first), how }));
  }
  let accepted = 0;
  const measured = await measure(LINES, () =>
    eachOf(bodies, REQUESTS_AT_ONCE, async (body) => {
      const answer = await client.post('/v1/messages', 'application/x-ndjson', body);
      accepted += count(answer.body, ACCEPTED);
    }),
  );
  if (accepted !== LINES) throw new Error(`${accepted} of ${LINES} lines were accepted`);
  return measured;
}

async function postSingly(client, first) {
  const bodies = Array.from({ length: SINGLES }, (_, at) =>
    Buffer.from(JSON.stringify(message(first + at, 'evidence'))),
  );
  return measure(SINGLES, () =>
    eachOf(bodies, CLIENTS, async (body) => {
      const { status } = await client.post('/v1/messages', 'application/json', body);
      if (status !== 202) throw new Error(`A message was answered with ${status}`);
    }),
  );
}

/**
 * Open loop: requests go out by the clock, whether or not the earlier ones are answered, and a latency is counted from the
 * moment that its request was due. So a server that stalls can't make the load lighter, and looks as slow as it is.
 */
async function verdictLatencies(client, first) {
  const total = VERDICTS_A_SECOND * (WARM_S + VERDICTS_S);
  const latencies = [];
  const answers = [];
  const start = performance.now();
  for (let number = 0; number < total; number++) {
    const due = start + (number * 1000) / VERDICTS_A_SECOND;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
    const body = Buffer.from(JSON.stringify(message(first + number, 'text')));
    const answered = client.post('/v1/messages?wait=verdict', 'application/json', body).then((answer) => {
      if (answer.status !== 200 || !answer.body.includes('"decided":true')) throw new Error(answer.body.toString());
      if (number >= VERDICTS_A_SECOND * WARM_S) latencies.push(performance.now() - due);
    });
    answers.push(answered);
  }
  await Promise.all(answers);
  return latencies;
}

async function onServer(assessor, work) {
  return withDirectory((dataDir) =>
    withServer({ dataDir, env: { OFFRAMP_ASSESSOR: assessor } }, async (server) => {
      const client = createClient(server.url, CLIENTS);
      const settled = async () => {
        const ms = await timed(() => server.settle());
        return Math.round(ms);
      };
      try {
        return await work(client, settled);
      } finally {
        client.close();
      }
    }),
  );
}

const platform = await onServer('platform', async (client, settled) => {
  const bulk = await postLines(client, 'evidence');
  const bulkSettledMs = await settled();
  const singles = await postSingly(client, LINES);
  return { bulk, bulkSettledMs, singles };
});
const rules = await onServer('rules', async (client, settled) => {
  const bulk = await postLines(client, 'text');
  const bulkSettledMs = await settled();
  const latencies = await verdictLatencies(client, LINES);
  return { bulk, bulkSettledMs, latencies };
});

const tenths = (ms) => Math.round(ms * 10) / 10;
report(
  'ingest',
  [
    {
      name: 'lines with evidence, acknowledged durable',
      value: platform.bulk.rate,
      unit: 'messages/s',
      target: '≥ 20,000',
    },
    { name: 'lines with texts, assessed by rules', value: rules.bulk.rate, unit: 'messages/s', target: '≥ 20,000' },
    { name: 'single posts, 64 clients', value: platform.singles.rate, unit: 'messages/s', target: '≥ 3,000' },
    { name: 'verdict at 200/s, p50', value: tenths(percentile(rules.latencies, 0.5)), unit: 'ms', target: '≤ 10' },
    { name: 'verdict at 200/s, p99', value: tenths(percentile(rules.latencies, 0.99)), unit: 'ms', target: '≤ 40' },
    { name: 'after the lines with evidence, all handled in', value: platform.bulkSettledMs, unit: 'ms' },
    { name: 'after the lines with texts, all handled in', value: rules.bulkSettledMs, unit: 'ms' },
  ],
  {
    lines: LINES,
    singles: SINGLES,
    verdicts: rules.latencies.length,
    clientCores: { lines: platform.bulk.client, texts: rules.bulk.client, singles: platform.singles.client },
  },
);
