import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { endBroker, isRunning, outputOf, prepareBroker, startBroker } from './broker.mjs';
import { ensureJars } from './jars.mjs';

/*
 * A cluster of real Kafka brokers on loopback. All that is known of it stands in cluster.json of its folder, so that another
 * process can end it, or kill and start one of its brokers.
 */

/**
 * @typedef {object} Cluster
 * @property {string} dir
 * @property {boolean} temporary whether the folder goes with the cluster
 * @property {string} clusterId
 * @property {string} jars
 * @property {Record<string, string>} extra settings of the brokers
 * @property {(import('./settings.mjs').BrokerPlan & { pid: number })[]} brokers
 */

/**
 * @typedef {object} UpOptions
 * @property {number} brokers 1 or 3
 * @property {string | undefined} [dir] where data stays; without it, a temporary folder
 * @property {boolean} [attached] the brokers die with this process
 * @property {Record<string, string>} [extra] settings of the brokers
 */

const FILE = 'cluster.json';
const READY_WITHIN_MS = 60_000;
const LOOK_EVERY_MS = 100;

/**
 * Starts a cluster and resolves when clients can use it.
 * @param {string} root
 * @param {UpOptions} options
 * @returns {Promise<Cluster>}
 */
export async function upCluster(root, { brokers: count, dir, attached = false, extra = {} }) {
  const jars = await ensureJars(root);
  const cluster = await planCluster({ count, dir, jars, extra });
  const running = await Promise.all(cluster.brokers.map((broker) => isRunning(cluster.dir, broker)));
  if (running.includes(true)) throw new Error(`A cluster runs in ${cluster.dir} already; end it with \`down\` first.`);
  try {
    await Promise.all(cluster.brokers.map((broker) => prepareBroker(cluster, broker, cluster.brokers)));
    for (const broker of cluster.brokers) broker.pid = await startBroker(cluster, broker.id, { attached });
    writeCluster(cluster);
    await untilReady(
      cluster,
      cluster.brokers.map(({ id }) => id),
    );
    return cluster;
  } catch (error) {
    await downCluster(cluster);
    throw error;
  }
}

/**
 * A folder that had a cluster keeps its ports: they stand in what the brokers have told each other.
 * @param {{ count: number, dir: string | undefined, jars: string, extra: Record<string, string> }} options
 * @returns {Promise<Cluster>}
 */
async function planCluster({ count, dir, jars, extra }) {
  if (dir !== undefined) mkdirSync(dir, { recursive: true });
  const folder = realpathSync(dir ?? mkdtempSync(join(tmpdir(), 'offramp-kafka-')));
  const known = readCluster(folder);
  if (known !== undefined) {
    if (known.brokers.length === count) return { ...known, jars, extra: { ...known.extra, ...extra } };
    throw new Error(`${folder} has a cluster of ${known.brokers.length} brokers, not of ${count}.`);
  }
  const ports = await freePorts(count * 2);
  const brokers = Array.from({ length: count }, (_, index) => ({
    id: index + 1,
    port: ports[index * 2] ?? 0,
    controllerPort: ports[index * 2 + 1] ?? 0,
    pid: 0,
  }));
  const clusterId = randomBytes(16).toString('base64url').replace(/^-/, 'A');
  return { dir: folder, temporary: dir === undefined, clusterId, jars, extra, brokers };
}

/**
 * Ends all brokers. Where the data stays they may say good-bye first; else there is nothing to be careful with.
 * @param {Cluster} cluster
 */
export async function downCluster(cluster) {
  const signal = cluster.temporary ? 'SIGKILL' : 'SIGTERM';
  await Promise.all(cluster.brokers.map((broker) => endBroker(cluster.dir, broker, signal)));
  if (cluster.temporary) rmSync(cluster.dir, { recursive: true, force: true });
}

/**
 * @param {Cluster} cluster
 * @param {number} id
 */
export async function killBroker(cluster, id) {
  await endBroker(cluster.dir, brokerOf(cluster, id), 'SIGKILL');
}

/**
 * Starts a broker that was killed, on its old data and port, and resolves when the cluster knows it again.
 * @param {Cluster} cluster
 * @param {number} id
 * @param {{ attached: boolean }} options
 */
export async function restartBroker(cluster, id, options) {
  const broker = brokerOf(cluster, id);
  if (await isRunning(cluster.dir, broker)) return;
  broker.pid = await startBroker(cluster, id, options);
  writeCluster(cluster);
  await untilReady(cluster, [id]);
}

/** What clients connect to. @param {Cluster} cluster */
export function addressesOf({ brokers }) {
  return brokers.map(({ port }) => `127.0.0.1:${port}`).join(',');
}

/**
 * @param {string} dir
 * @returns {Cluster | undefined}
 */
export function readCluster(dir) {
  const path = join(dir, FILE);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : undefined;
}

/** @param {Cluster} cluster */
function writeCluster(cluster) {
  const path = join(cluster.dir, FILE);
  writeFileSync(`${path}.new`, JSON.stringify(cluster, undefined, 2));
  renameSync(`${path}.new`, path);
}

/**
 * @param {Cluster} cluster
 * @param {number} id
 */
function brokerOf({ brokers }, id) {
  const broker = brokers.find((each) => each.id === id);
  if (broker === undefined) throw new Error(`There is no broker ${id}; there are 1 to ${brokers.length}.`);
  return broker;
}

/**
 * Ready is what a client says, not what a port says: a broker listens long before it serves.
 * @param {Cluster} cluster
 * @param {readonly number[]} ids
 */
async function untilReady(cluster, ids) {
  const { Kafka, logLevel } = (await import('kafkajs')).default;
  const brokers = cluster.brokers.filter(({ id }) => ids.includes(id)).map(({ port }) => `127.0.0.1:${port}`);
  const until = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const admin = new Kafka({ brokers, logLevel: logLevel.NOTHING, retry: { retries: 0 } }).admin();
    try {
      await admin.connect();
      const known = (await admin.describeCluster()).brokers.map(({ nodeId }) => nodeId);
      if (ids.every((id) => known.includes(id))) return;
    } catch {
      await failWhereOneIsGone(cluster, ids);
    } finally {
      await admin.disconnect();
    }
    if (Date.now() > until)
      throw new Error(`The brokers were not ready in time.\n${outputOf(cluster.dir, ids[0] ?? 1)}`);
    await pause(LOOK_EVERY_MS);
  }
}

/**
 * @param {Cluster} cluster
 * @param {readonly number[]} ids
 */
async function failWhereOneIsGone({ dir, brokers }, ids) {
  for (const broker of brokers.filter(({ id }) => ids.includes(id))) {
    if (await isRunning(dir, broker)) continue;
    // A process that is just being made out of the shell's has no command line for a moment.
    await pause(LOOK_EVERY_MS);
    if (!(await isRunning(dir, broker))) throw new Error(`Broker ${broker.id} has ended.\n${outputOf(dir, broker.id)}`);
  }
}

/**
 * Free now, all different; nobody can promise more. Below the range that the system hands out to outgoing connections: those
 * would take the port of a broker that was killed and is to come back.
 * @param {number} count
 * @returns {Promise<number[]>}
 */
export async function freePorts(count) {
  /** @type {Set<number>} */
  const ports = new Set();
  while (ports.size < count) {
    const port = PORT_MIN + Math.floor(Math.random() * (PORT_MAX - PORT_MIN));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

const PORT_MIN = 20_000;
const PORT_MAX = 32_000;

/**
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function isFree(port) {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => void server.close(() => resolve(true)));
  });
}
