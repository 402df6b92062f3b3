import { spawn } from 'node:child_process';
import { mkdirSync, openSync, closeSync, readFileSync, readdirSync, writeFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runChild } from '../child.mjs';
import { javaProgram } from './jars.mjs';
import { JVM_OPTIONS, LOG4J, serverProperties } from './settings.mjs';

/** @typedef {import('./settings.mjs').BrokerPlan} BrokerPlan */
/** @typedef {{ jars: string, dir: string, clusterId: string, extra: Record<string, string> }} Place of a cluster */

const ENDED_WITHIN_MS = 15_000;
const LOOK_EVERY_MS = 50;

/** The last lines of a broker's output that are shown when it does not start. */
const TAIL_LINES = 15;

/**
 * A broker dies with whoever started it: the shell around it reads a pipe that ends when its other end does, however that
 * came about. Without this, a killed test run would leave brokers behind.
 */
const WITH_LIFELINE = 'trap "" PIPE; "$@" >&2 & broker=$!; echo "$broker"; exec >&-; cat >/dev/null; kill -9 "$broker"';

/**
 * Writes the broker's settings and formats its storage, where that is not done yet.
 * @param {Place} place
 * @param {BrokerPlan} broker
 * @param {readonly BrokerPlan[]} brokers
 */
export async function prepareBroker(place, broker, brokers) {
  const dir = folderOf(place.dir, broker.id);
  mkdirSync(dir, { recursive: true });
  writeFileSync(join(dir, 'server.properties'), serverProperties({ broker, brokers, dir, extra: place.extra }));
  writeFileSync(join(dir, 'log4j2.xml'), LOG4J);
  if (existsSync(join(dir, 'data', 'meta.properties'))) return;
  const args = [...JVM_OPTIONS, '-cp', join(place.jars, '*'), `-Dlog4j2.configurationFile=${join(dir, 'log4j2.xml')}`];
  const format = ['kafka.tools.StorageTool', 'format', '-t', place.clusterId, '-c', join(dir, 'server.properties')];
  const { code, output } = await runChild(javaProgram(), [...args, ...format], { cwd: dir, output: 'capture' });
  if (code !== 0) throw new Error(`The storage of broker ${broker.id} could not be formatted:\n${output.trimEnd()}`);
}

/**
 * Starts the broker's process and returns its id. `attached`: it dies with this process; else it outlives it.
 * @param {Place} place
 * @param {number} id
 * @param {{ attached: boolean }} options
 * @returns {Promise<number>}
 */
export async function startBroker(place, id, { attached }) {
  const dir = folderOf(place.dir, id);
  const output = openSync(join(dir, 'output.log'), 'a');
  const java = [
    ...[...JVM_OPTIONS, '-cp', join(place.jars, '*'), `-Dlog4j2.configurationFile=${join(dir, 'log4j2.xml')}`],
    ...['kafka.Kafka', join(dir, 'server.properties')],
  ];
  try {
    if (attached) return await startWithLifeline(java, output);
    const child = spawn(javaProgram(), java, { detached: true, stdio: ['ignore', output, output] });
    child.unref();
    if (child.pid === undefined) throw new Error(`Broker ${id} could not be started.`);
    return child.pid;
  } finally {
    closeSync(output);
  }
}

/**
 * @param {readonly string[]} java
 * @param {number} output
 * @returns {Promise<number>}
 */
function startWithLifeline(java, output) {
  const command = ['-c', WITH_LIFELINE, 'sh', javaProgram(), ...java];
  // In a group of its own, so that Ctrl-C in a terminal reaches only whoever is in charge of the end.
  const child = spawn('sh', command, { detached: true, stdio: ['pipe', 'pipe', output] });
  const { stdin, stdout } = /** @type {import('node:child_process').ChildProcessByStdio<any, any, null>} */ (child);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    stdout.once('data', (/** @type {Buffer} */ line) => {
      // From here on it is not what keeps this process alive.
      for (const each of [child, stdin, stdout]) each.unref();
      resolve(Number(String(line)));
    });
  });
}

/**
 * Whether the process is the broker of this folder. A process id alone is no proof: it may be somebody else's by now.
 * @param {string} dir of the cluster
 * @param {{ id: number, pid: number }} broker
 */
export async function isRunning(dir, { id, pid }) {
  const file = join(folderOf(dir, id), 'server.properties');
  return (await commandOf(pid)).includes(file);
}

/** @param {number} pid */
async function commandOf(pid) {
  if (process.platform === 'linux') {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
    } catch {
      return '';
    }
  }
  const { output } = await runChild('ps', ['-p', String(pid), '-o', 'command='], { cwd: '.', output: 'capture' });
  return output;
}

/**
 * Ends a broker, and resolves when it is gone.
 * @param {string} dir of the cluster
 * @param {{ id: number, pid: number }} broker
 * @param {'SIGTERM' | 'SIGKILL'} signal
 */
export async function endBroker(dir, broker, signal) {
  if (!(await isRunning(dir, broker))) return;
  process.kill(broker.pid, signal);
  const until = Date.now() + ENDED_WITHIN_MS;
  while (!hasEnded(broker.pid)) {
    if (Date.now() > until) {
      if (signal === 'SIGKILL') throw new Error(`Broker ${broker.id} (process ${broker.pid}) can not be killed.`);
      return endBroker(dir, broker, 'SIGKILL');
    }
    await pause(LOOK_EVERY_MS);
  }
}

/**
 * A process that is on its way out has no command line any more and still holds its ports, so that is no way to tell. One
 * that nobody has waited for (`Z`) holds nothing, once all its other threads are gone, too: the first one may end long before.
 * @param {number} pid
 */
function hasEnded(pid) {
  try {
    process.kill(pid, 0);
    if (process.platform !== 'linux') return false;
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const isZombie = stat.slice(stat.lastIndexOf(')') + 2).startsWith('Z');
    return isZombie && readdirSync(`/proc/${pid}/task`).length === 1;
  } catch {
    return true;
  }
}

/**
 * @param {string} dir of the cluster
 * @param {number} id
 */
export function outputOf(dir, id) {
  const path = join(folderOf(dir, id), 'output.log');
  if (!existsSync(path)) return '';
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
}

/**
 * @param {string} dir
 * @param {number} id
 */
function folderOf(dir, id) {
  return join(dir, `broker-${id}`);
}
