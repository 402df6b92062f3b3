import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { addressesOf, downCluster, killBroker, readCluster, restartBroker, upCluster } from './kafka/cluster.mjs';
import { Unavailable, ensureJars } from './kafka/jars.mjs';
import { say } from './say.mjs';

/** @typedef {import('./kafka/cluster.mjs').Cluster} Cluster */

const USAGE = `Usage: npm run kafka -- up [--brokers 1|3] [--dir FOLDER] [--set NAME=VALUE]... [--attached] [--json]
       npm run kafka -- fetch
       npm run kafka -- down | kill N | start N | status [--dir FOLDER] [--json]
  up        starts Apache Kafka on loopback; data goes to a temporary folder, or stays in --dir
  fetch     only fetches what up needs, where it is not there yet
  kill N    kills broker N, as a crash would; start N starts it again on its data
  --set     a setting of the brokers, as in server.properties; listeners are added to those that are there
  --attached  stays, takes "kill N", "start N" and "down" on standard input, and goes down when that ends`;

const OPTIONS = /** @type {const} */ ({
  brokers: { type: 'string', default: '1' },
  dir: { type: 'string' },
  set: { type: 'string', multiple: true },
  attached: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
});

class BadUsage extends Error {}

/**
 * A real Kafka for tests and for trying the distributed mode. Exit 2: bad usage; 3: Java or Maven is missing.
 * @param {import('./commands.mjs').Call} call
 */
export async function kafka({ root, args }) {
  try {
    const { values, positionals } = parse(args);
    await run(root, positionals, values);
    return 0;
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    if (error instanceof BadUsage) say(USAGE);
    return error instanceof Unavailable ? 3 : error instanceof BadUsage ? 2 : 1;
  }
}

/** @param {readonly string[]} args */
function parse(args) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new BadUsage(error instanceof Error ? error.message : String(error));
  }
}

/** @typedef {ReturnType<typeof parse>['values']} Values */

/**
 * @param {string} root
 * @param {readonly string[]} positionals
 * @param {Values} values
 */
async function run(root, [command, id, ...more], values) {
  if (more.length > 0) throw new BadUsage(`Too many arguments: ${more.join(' ')}`);
  if (command === 'up') return up(root, values);
  if (command === 'fetch') return void (await ensureJars(root));
  if (!['down', 'kill', 'start', 'status'].includes(command ?? ''))
    throw new BadUsage(`Unknown: ${command ?? 'nothing'}`);
  const cluster = runningCluster(root, values.dir);
  if (command === 'kill') await killBroker(cluster, numberOf(id));
  if (command === 'start') await restartBroker(cluster, numberOf(id), { attached: false });
  if (command === 'down') {
    await downCluster(cluster);
    if (values.dir === undefined) rmSync(pointerOf(root), { force: true });
  }
  tell(cluster, values.json, command === 'down' ? 'The cluster is down.' : undefined);
}

/**
 * @param {string} root
 * @param {Values} values
 */
async function up(root, values) {
  const brokers = Number(values.brokers);
  if (brokers !== 1 && brokers !== 3) throw new BadUsage(`--brokers ${values.brokers}: 1 or 3`);
  const extra = Object.fromEntries((values.set ?? []).map(settingOf));
  const dir = values.dir === undefined ? undefined : resolve(values.dir);
  const known = knownFolder(root);
  if (!values.attached && dir === undefined && known !== undefined) {
    throw new Error(`A cluster is up in ${known} already; end it with \`down\`, or give another folder with --dir.`);
  }
  const cluster = await upCluster(root, { brokers, dir, attached: values.attached, extra });
  if (values.attached) return stayWith(cluster);
  if (dir === undefined) {
    mkdirSync(dirname(pointerOf(root)), { recursive: true });
    writeFileSync(pointerOf(root), cluster.dir);
  }
  tell(cluster, values.json, `Kafka is up; its folder is ${cluster.dir}.`);
}

/** One line of JSON for the cluster, and one for each command. @param {Cluster} cluster */
async function stayWith(cluster) {
  try {
    tell(cluster, true, undefined);
    for await (const line of createInterface({ input: process.stdin })) {
      const [command, id] = line.trim().split(' ');
      if (command === 'down') break;
      if (command === 'kill') await killBroker(cluster, numberOf(id));
      else if (command === 'start') await restartBroker(cluster, numberOf(id), { attached: true });
      else throw new BadUsage(`Unknown: ${line}`);
      tell(cluster, true, undefined);
    }
  } finally {
    await downCluster(cluster);
  }
}

/**
 * @param {Cluster} cluster
 * @param {boolean} json
 * @param {string | undefined} words
 */
function tell(cluster, json, words) {
  if (words !== undefined) say(words);
  const brokers = cluster.brokers.map(({ id, port, pid }) => ({ id, port, pid }));
  const line = json ? JSON.stringify({ brokers: addressesOf(cluster), dir: cluster.dir, processes: brokers }) : '';
  process.stdout.write(`${json ? line : addressesOf(cluster)}\n`);
}

/**
 * @param {string} root
 * @param {string | undefined} dir
 */
function runningCluster(root, dir) {
  const folder = dir ?? knownFolder(root);
  const cluster = folder === undefined ? undefined : readCluster(resolve(folder));
  if (cluster === undefined) throw new Error(`No cluster is up${dir === undefined ? '' : ` in ${dir}`}.`);
  return cluster;
}

/** Where the folder of the cluster without --dir is written down. @param {string} root */
function pointerOf(root) {
  return join(root, 'node_modules', '.cache', 'offramp', 'kafka', 'current');
}

/** @param {string} root */
function knownFolder(root) {
  const folder = existsSync(pointerOf(root)) ? readFileSync(pointerOf(root), 'utf8') : undefined;
  return folder !== undefined && readCluster(folder) !== undefined ? folder : undefined;
}

/** @param {string | undefined} text */
function numberOf(text) {
  if (text === undefined || !/^\d+$/.test(text)) throw new BadUsage(`${text ?? 'nothing'} is no number of a broker`);
  return Number(text);
}

/**
 * @param {string} text
 * @returns {[string, string]}
 */
function settingOf(text) {
  const [, name, value] = /^([a-z0-9.]+)=(.*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new BadUsage(`--set ${text}: NAME=VALUE`);
  return [name, value];
}
