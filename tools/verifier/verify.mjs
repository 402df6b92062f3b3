import { parseArgs } from 'node:util';
import { checkLog } from './check-log.mjs';
import { checkViews } from './check-views.mjs';
import { Unavailable, readAcknowledged, readTopics, readViews } from './read-system.mjs';

/** @typedef {import('./history.mjs').Violation} Violation */

const USAGE = `Usage: npm run verifier -- --brokers HOST:PORT,... [--prefix TEXT] [--database URL] [--acknowledged FILE] [--json]
  Reads Kafka and Postgres from outside and says which promise is broken where: NO-LOSS, NO-DUP, ORDER, LAST-RESORT, GUARD,
  FINAL, and with --database VIEW. It shares no code with the product. Ask it when the system is at rest: what is still on
  its way would be said to be lost.
  --brokers       some brokers of the cluster
  --prefix        what the names of the topics begin with; default offramp.
  --database      the Postgres server of the read models, postgres://user@host:port/database
  --acknowledged  what a sender was told, a line each: {"position":"3:1041","id":"tenant/thread/message"}
  --json          one JSON object as the last line
  Exit code 0: every promise holds; 1: one is broken; 2: bad usage; 3: Kafka or Postgres can't be asked`;

const OPTIONS = /** @type {const} */ ({
  brokers: { type: 'string' },
  prefix: { type: 'string', default: 'offramp.' },
  database: { type: 'string' },
  acknowledged: { type: 'string' },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
});

/** Violations of one check that are printed; the rest is counted. */
const SHOWN_MAX = 20;
export const CHECKS = /** @type {const} */ (['NO-LOSS', 'NO-DUP', 'ORDER', 'LAST-RESORT', 'GUARD', 'FINAL', 'VIEW']);

/**
 * @typedef {object} System
 * @property {readonly string[]} brokers
 * @property {string} prefix
 * @property {string | undefined} [database]
 * @property {readonly import('./check-log.mjs').Acknowledged[]} [acknowledged]
 * @property {(input: string) => string} [translate] makes an input of a version that is unknown here one that is known
 */

/** @typedef {{ ok: boolean, checks: readonly string[], counts: import('./check-log.mjs').Checked['counts'], violations: Violation[] }} Report */

/**
 * Reads a system and checks it. Throws Unavailable.
 * @param {System} system
 * @returns {Promise<Report>}
 */
export async function verifySystem({ brokers, prefix, database, acknowledged = [], translate }) {
  const partitions = await readTopics({ brokers, prefix });
  if (translate !== undefined) {
    for (const { inbound } of partitions) for (const record of inbound) record.value = translate(record.value);
  }
  const { violations, tables, counts } = checkLog(partitions, { acknowledged });
  if (database !== undefined) violations.push(...checkViews(tables, await readViews(database)));
  const checks = CHECKS.filter((check) => check !== 'VIEW' || database !== undefined);
  return { ok: violations.length === 0, checks, counts, violations };
}

/**
 * @param {{ args: readonly string[] }} call
 * @returns {Promise<number>} the exit code
 */
export async function verifier({ args }) {
  const parsed = parse(args);
  if (typeof parsed === 'string') {
    process.stderr.write(`${parsed}\n${USAGE}\n`);
    return 2;
  }
  if (parsed.values.help) {
    process.stdout.write(`${USAGE}\n`);
    return 0;
  }
  const { system, values } = parsed;
  try {
    const report = await verifySystem(system);
    for (const line of describe(report)) process.stdout.write(`${line}\n`);
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    return report.ok ? 0 : 1;
  } catch (error) {
    if (!(error instanceof Unavailable)) throw error;
    process.stderr.write(`${error.message}\n`);
    return 3;
  }
}

/** @param {Report} report */
export function describe({ checks, counts, violations }) {
  const { partitions, inputs, messages, decisions, repeats, ends } = counts;
  const lines = [
    `${inputs} inputs on ${partitions} partitions, ${messages} messages; ${decisions} decisions, ${ends} of them ends, ${repeats} said again`,
  ];
  for (const check of checks) {
    const found = violations.filter((violation) => violation.check === check);
    lines.push(`${check.padEnd(11)} ${found.length === 0 ? 'holds' : `${found.length} times broken`}`);
    for (const { position, message } of found.slice(0, SHOWN_MAX)) lines.push(`  ${position}  ${message}`);
    if (found.length > SHOWN_MAX) lines.push(`  … and ${found.length - SHOWN_MAX} more`);
  }
  return lines;
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    const { values } = parseArgs({ args: [...args], options: OPTIONS });
    const { brokers = '', prefix, database, acknowledged } = values;
    if (!values.help && !/^[^\s,:]+:\d+(,[^\s,:]+:\d+)*$/.test(brokers)) return '--brokers HOST:PORT,... is needed.';
    const told = acknowledged === undefined ? [] : readAcknowledged(acknowledged);
    return { values, system: { brokers: brokers.split(','), prefix, database, acknowledged: told } };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
