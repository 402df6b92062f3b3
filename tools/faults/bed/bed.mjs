import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addressesOf, downCluster, killBroker, restartBroker, upCluster } from '../../run/kafka/cluster.mjs';
import { killAll } from './app-process.mjs';
import { OwnPostgres } from './postgres.mjs';

/*
 * What all scenarios share: three real brokers and a real Postgres, both of our own, on free ports, gone in the end.
 */

/** Dead brokers are noticed sooner than by default, and members of a group may have short sessions. */
const BROKER_SETTINGS = {
  'broker.session.timeout.ms': '3000',
  'broker.heartbeat.interval.ms': '500',
  'group.min.session.timeout.ms': '500',
};
const BROKERS = 3;

/** @typedef {import('../../run/kafka/cluster.mjs').Cluster} Cluster */

export class Bed {
  /** @param {{ folder: string, cluster: Cluster, postgres: OwnPostgres, sessionMs: number }} parts */
  constructor({ folder, cluster, postgres, sessionMs }) {
    this.folder = folder;
    this.cluster = cluster;
    this.postgres = postgres;
    /** How long a process may not be heard of before its partitions go to others. */
    this.sessionMs = sessionMs;
  }

  /** @param {string} root @param {{ sessionMs: number }} options @returns {Promise<Bed>} */
  static async up(root, { sessionMs }) {
    const folder = mkdtempSync(join(tmpdir(), 'offramp-faults-'));
    const starting = /** @type {const} */ ([
      OwnPostgres.start(folder),
      upCluster(root, { brokers: BROKERS, attached: true, extra: BROKER_SETTINGS }),
    ]);
    const [postgres, cluster] = await Promise.allSettled(starting);
    if (postgres.status === 'fulfilled' && cluster.status === 'fulfilled') {
      return new Bed({ folder, cluster: cluster.value, postgres: postgres.value, sessionMs });
    }
    // One of the two is there without the other.
    if (postgres.status === 'fulfilled') await postgres.value.stop();
    if (cluster.status === 'fulfilled') await downCluster(cluster.value);
    rmSync(folder, { recursive: true, force: true });
    throw postgres.status === 'rejected' ? postgres.reason : /** @type {PromiseRejectedResult} */ (cluster).reason;
  }

  /** `host:port` of each. */
  get brokers() {
    return addressesOf(this.cluster).split(',');
  }

  /** @param {number} id */
  async killBroker(id) {
    await killBroker(this.cluster, id);
  }

  /** @param {readonly number[]} ids together, since one alone is no quorum */
  async startBrokers(ids) {
    await Promise.all(ids.map((id) => restartBroker(this.cluster, id, { attached: true })));
  }

  get brokerIds() {
    return this.cluster.brokers.map(({ id }) => id);
  }

  /** What a scenario that failed half-way has left dead is there again for the next one. */
  async restore() {
    await Promise.all([this.startBrokers(this.brokerIds), this.postgres.restore()]);
  }

  async down() {
    await killAll();
    await Promise.all([downCluster(this.cluster), this.postgres.stop()]);
    rmSync(this.folder, { recursive: true, force: true });
  }
}
