import { join } from 'node:path';
import { TOPICS, partitionOfThread } from '@offramp/events';
import { ensureTopics } from '@offramp/log';
import { verifySystem } from '../../verifier/verify.mjs';
import { AppProcess } from './app-process.mjs';
import { Load, Random } from './load.mjs';
import { Topics } from './topics.mjs';
import { until } from './wait.mjs';

/*
 * One installation: topics under a prefix and a database of its own, and the four apps as processes. It has nothing to do with
 * any other on the same brokers.
 */

/** @typedef {import('./app-process.mjs').AppName} AppName */
/** @typedef {{ env?: Record<string, string>, disk?: string, imports?: readonly string[] }} StartOptions */

const PARTITIONS = 3;
const RECOVERED_WITHIN_MS = 120_000;
/** Also where an hour of messages is worked off. */
const LAG_ZERO_WITHIN_MS = 600_000;
const PROBE_MS_MAX = 4000;

export class System {
  /** @type {Set<AppProcess>} */
  #processes = new Set();
  #disks = 0;
  #probes = 0;
  /** @type {AppProcess | undefined} */
  ingest;
  /** @type {AppProcess | undefined} */
  console;
  /** Every one there was, the latest last. @type {AppProcess[]} */
  deciders = [];
  /** @type {AppProcess[]} */
  projectors = [];

  /** @param {import('./bed.mjs').Bed} bed @param {string} name */
  constructor(bed, name) {
    this.bed = bed;
    this.name = name.replaceAll('-', '_');
    this.prefix = `${name}.`;
    this.partitions = PARTITIONS;
    this.topics = new Topics(bed.brokers, this.prefix);
    this.random = new Random(this.name.length * 7919);
    this.load = new Load(() => this.ingest?.url ?? 'http://127.0.0.1:1', this.random, 'load');
  }

  /** Its topics and its database. */
  async create() {
    const { brokers, postgres } = this.bed;
    await Promise.all([
      ensureTopics({ brokers, topicPrefix: this.prefix, clientId: 'offramp-faults', partitions: PARTITIONS }),
      postgres.query('postgres', `CREATE DATABASE ${this.name}`),
    ]);
  }

  get databaseUrl() {
    return this.bed.postgres.url(this.name);
  }

  /** @param {string} sql @param {unknown[]} [values] */
  query(sql, values) {
    return this.bed.postgres.query(this.name, sql, values);
  }

  /** A directory that a process has for itself; a new one is an empty disk. */
  newDisk() {
    return join(this.bed.folder, `${this.name}-disk-${this.#disks++}`);
  }

  /**
   * Starts one of the apps, without waiting for it.
   * @param {AppName} app
   * @param {StartOptions} [options]
   */
  begin(app, { env = {}, disk = this.newDisk(), imports } = {}) {
    const started = AppProcess.start(app, {
      env: { ...this.environment(disk), ...env },
      ...(imports === undefined ? {} : { imports }),
    });
    this.#processes.add(started);
    if (app === 'ingest' || app === 'console') this[app] = started;
    if (app === 'decider') this.deciders.push(started);
    if (app === 'projector') this.projectors.push(started);
    return started;
  }

  /** @param {AppName} app @param {StartOptions} [options] */
  async start(app, options) {
    const started = this.begin(app, options);
    await started.ready;
    return started;
  }

  /**
   * A script of this suite as a process of this installation; it says that it is ready as the apps do.
   * @param {string} script
   * @param {readonly string[]} args
   */
  async startScript(script, args) {
    const started = new AppProcess(
      script,
      [join(import.meta.dirname, '..', script), ...args],
      this.environment(this.newDisk()),
    );
    this.#processes.add(started);
    await started.ready;
    return started;
  }

  /** @param {string} disk @returns {Record<string, string>} */
  environment(disk) {
    return {
      OFFRAMP_KAFKA_BROKERS: this.bed.brokers.join(','),
      OFFRAMP_TOPIC_PREFIX: this.prefix,
      OFFRAMP_KAFKA_SESSION: String(this.bed.sessionMs),
      OFFRAMP_DATABASE_URL: this.databaseUrl,
      OFFRAMP_DATA: disk,
      OFFRAMP_PORT: '0',
      OFFRAMP_LOG_LEVEL: 'warn',
    };
  }

  /** The four apps. @param {{ decider?: StartOptions }} [options] */
  async startAll({ decider: options } = {}) {
    const ingest = this.begin('ingest');
    const decider = this.begin('decider', options);
    const projector = this.begin('projector');
    const console = this.begin('console');
    await Promise.all([ingest, decider, projector, console].map(({ ready }) => ready));
    return { ingest, decider, projector, console };
  }

  /**
   * Resolves when a message that is posted now is decided and can be read from the console, on every partition; with the time
   * that took, ms.
   */
  async recovered() {
    const began = performance.now();
    const number = this.#probes++;
    await until(
      { what: 'a message on each partition is decided and projected', withinMs: RECOVERED_WITHIN_MS },
      async () => {
        const wanted = await Promise.all(this.threadIds(`probe-${number}`).map((threadId) => this.#probe(threadId)));
        const end = performance.now() + PROBE_MS_MAX;
        return until({ what: 'the console knows of it', withinMs: end - performance.now() }, async () => {
          const known = await this.projected();
          return wanted.every(({ partition, offset }) => (known.get(partition) ?? -1) >= offset);
        });
      },
    );
    return Math.round(performance.now() - began);
  }

  /** @param {string} threadId */
  async #probe(threadId) {
    const evidence = { assessor: 'platform', version: '1', status: 'assessed', harm: { abuse: 0.9 }, risk: {} };
    const body = { threadId, messageId: `m${performance.now()}`, parentId: null, role: 'user', evidence };
    const { position, decided } = await this.load.post(body, `?wait=verdict`);
    if (decided === false) throw new Error('no verdict in time');
    const [partition, offset] = position.split(':').map(Number);
    return { partition, offset };
  }

  /** @param {string} threadId */
  partitionOf(threadId) {
    return partitionOfThread('default', threadId, this.partitions);
  }

  /** A thread on each partition. @param {string} name */
  threadIds(name) {
    return Array.from({ length: this.partitions }, (_, partition) => {
      for (let number = 0; ; number++) {
        const threadId = `${name}-${number}`;
        if (this.partitionOf(threadId) === partition) return threadId;
      }
    });
  }

  /** How far the read models are, as the console says: the input offset of each partition. @returns {Promise<Map<number, number>>} */
  async projected() {
    if (this.console === undefined) throw new Error('there is no console');
    const response = await this.console.ask('/v1/stats');
    const header = response.headers.get('offramp-position') ?? '';
    const positions = header.split(',').filter((part) => part.includes(':'));
    return new Map(positions.map((part) => /** @type {[number, number]} */ (part.split(':').map(Number))));
  }

  /** Resolves when everything on the log is decided and projected; with the time that took, ms. @param {readonly number[]} [leftOut] partitions that have stopped */
  async lagZero(leftOut = []) {
    const began = performance.now();
    await until({ what: 'lag returns to zero', withinMs: LAG_ZERO_WITHIN_MS }, async () => {
      const [ends, known] = await Promise.all([this.topics.ends(TOPICS.inbound), this.projected()]);
      return ends.every((end, partition) => leftOut.includes(partition) || (known.get(partition) ?? -1) >= end - 1);
    });
    return Math.round(performance.now() - began);
  }

  /** @param {((input: string) => string) | undefined} [translate] */
  verify(translate) {
    const { brokers } = this.bed;
    const acknowledged = this.load.acknowledged;
    return verifySystem({
      brokers,
      prefix: this.prefix,
      database: this.databaseUrl,
      acknowledged,
      ...(translate && { translate }),
    });
  }

  /** Partitions that have stopped with an alarm, in all processes that run. */
  async stopped() {
    const all = [...this.#processes].filter(({ ended, url }) => ended === undefined && url.startsWith('http:'));
    const counts = await Promise.all(all.map((each) => each.metric('offramp_partitions_stopped')));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Ends it at once, and removes what it had. */
  async remove() {
    await Promise.all([...this.#processes].map((each) => (each.ended === undefined ? each.kill() : undefined)));
    await this.topics.remove();
    await this.bed.postgres.query('postgres', `DROP DATABASE ${this.name} WITH (FORCE)`).catch(() => undefined);
  }
}
