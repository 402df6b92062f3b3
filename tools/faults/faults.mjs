import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { missingForKafka } from '../run/kafka/jars.mjs';
import { say, seconds } from '../run/say.mjs';
import { Bed } from './bed/bed.mjs';
import { NoPostgres } from './bed/postgres.mjs';
import { runScenario } from './run-scenario.mjs';
import { SCENARIOS } from './scenarios.mjs';

/** @typedef {import('./run-scenario.mjs').Result} Result */

const USAGE = `Usage: npm run test:faults -- [--only NAME]... [--long] [--session MS] [--table FILE] [--json]
       npm run test:faults -- --list
  Breaks one thing after the other under load, on three real Kafka brokers, a real Postgres and the apps as processes, all of
  its own; then the verifier looks at everything that was written. Needs Java 17, Maven and Postgres.
  --only     only this scenario; may be given more than once
  --long     more repetitions: half an hour instead of some minutes
  --session  how long a process may not be heard of before its partitions go to others; default 1500, long 3000
  --table    writes the table of the results there, too
  --json     one JSON object as the last line
  Exit code 0: every scenario passed; 1: one failed; 2: bad usage; 3: something that it needs is missing`;

const OPTIONS = /** @type {const} */ ({
  only: { type: 'string', multiple: true },
  list: { type: 'boolean', default: false },
  long: { type: 'boolean', default: false },
  session: { type: 'string' },
  table: { type: 'string' },
  json: { type: 'boolean', default: false },
});

const SESSION_MS = 1500;
const SESSION_MS_LONG = 3000;

/**
 * @param {import('../run/commands.mjs').Call} call
 * @returns {Promise<number>} the exit code
 */
export async function faults({ root, args }) {
  const values = parse(args);
  if (typeof values === 'string') {
    say(`${values}\n${USAGE}`);
    return 2;
  }
  if (values.list) {
    for (const { name, about } of SCENARIOS) process.stdout.write(`${name.padEnd(20)} ${about}\n`);
    return 0;
  }
  const missing = missingForKafka();
  if (missing !== undefined) {
    say(`The fault suite needs ${missing}.`);
    return 3;
  }
  const chosen = SCENARIOS.filter(({ name }) => values.only?.includes(name) !== false);
  const began = performance.now();
  const results = await runAll(root, chosen, values);
  if (results === undefined) return 3;
  const failed = results.filter(({ ok }) => !ok);
  const table = tableOf(results);
  process.stdout.write(`\n${table}\n`);
  if (values.table !== undefined) writeFileSync(values.table, table);
  const passed = results.length - failed.length;
  process.stdout.write(`${passed} passed, ${failed.length} failed, in ${seconds(performance.now() - began)}\n`);
  if (values.json) process.stdout.write(`${JSON.stringify({ ok: failed.length === 0, long: values.long, results })}\n`);
  return failed.length === 0 ? 0 : 1;
}

/**
 * @param {string} root
 * @param {readonly import('./scenario.mjs').Scenario[]} scenarios
 * @param {{ long: boolean, session?: string | undefined }} values
 * @returns {Promise<Result[] | undefined>} undefined: there is no Postgres
 */
async function runAll(root, scenarios, { long, session }) {
  const bed = await bedOf(root, Number(session ?? (long ? SESSION_MS_LONG : SESSION_MS)));
  if (bed === undefined) return undefined;
  const interrupt = () => void bed.down().finally(() => process.exit(130));
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    const results = [];
    for (const scenario of scenarios) {
      const result = await runScenario(bed, scenario, { long });
      process.stdout.write(`${lineOf(result)}\n`);
      results.push(result);
    }
    return results;
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await bed.down();
  }
}

/** @param {string} root @param {number} sessionMs */
async function bedOf(root, sessionMs) {
  try {
    return await Bed.up(root, { sessionMs });
  } catch (error) {
    if (!(error instanceof NoPostgres)) throw error;
    say(error.message);
    return undefined;
  }
}

/** @param {Result} result */
function lineOf(result) {
  const { ok, name, times, seen, recovery, lagMs, counts, tookMs } = result;
  const recovered =
    recovery === undefined ? '' : `, again after ${seconds(recovery.medianMs)} (at most ${seconds(recovery.maxMs)})`;
  const lag = lagMs === undefined ? '' : `, lag zero after ${seconds(lagMs)}`;
  const looked =
    counts.messages === undefined
      ? ''
      : `; ${counts.messages} messages, ${counts.ends} ends, ${counts.repeats} said again`;
  return `${ok ? '✓' : '✗'} ${name.padEnd(20)} ${times} times: ${seen}${recovered}${lag}${looked} (${seconds(tookMs)})`;
}

/** @param {readonly Result[]} results */
function tableOf(results) {
  const rows = results.map(({ name, ok, times, recovery, lagMs, counts }) => {
    const { messages = 0, acknowledged = 0, decisions = 0, repeats = 0 } = counts;
    const recovered = recovery === undefined ? '' : `${seconds(recovery.medianMs)} / ${seconds(recovery.maxMs)}`;
    const lag = lagMs === undefined ? '' : seconds(lagMs);
    const cells = [ok ? 'passed' : '**failed**', times, recovered, lag, messages, acknowledged, decisions, repeats];
    return `| ${name} | ${cells.join(' | ')} |`;
  });
  return [
    '| scenario | | times | recovery, median / greatest | lag zero after | messages | acknowledged | decisions | said again |',
    '| -------- | | ----- | --------------------------- | -------------- | -------- | ------------ | --------- | ---------- |',
    ...rows,
    '',
  ].join('\n');
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const unknown = values.only?.find((only) => !SCENARIOS.some(({ name }) => name === only));
    if (unknown !== undefined) return `There is no scenario ${unknown}.`;
    if (values.session !== undefined && !/^\d{3,6}$/.test(values.session))
      return `--session ${values.session}: milliseconds`;
    return values;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
