import { join } from 'node:path';

/**
 * @typedef {object} BrokerPlan
 * @property {number} id from 1 on
 * @property {number} port where clients connect, on loopback
 * @property {number} controllerPort
 */

const HOST = '127.0.0.1';

/**
 * server.properties of one broker, which is its own controller (KRaft). A small one: a broker of these settings stays near
 * 200 MB. What matters to a client (sessions, fetches, acknowledgements) is left at Kafka's defaults.
 * @param {{ broker: BrokerPlan, brokers: readonly BrokerPlan[], dir: string, extra?: Readonly<Record<string, string>> }} plan
 */
export function serverProperties({ broker, brokers, dir, extra = {} }) {
  const copies = String(Math.min(3, brokers.length));
  /** @type {Record<string, string>} */
  const settings = {
    'process.roles': 'broker,controller',
    'node.id': String(broker.id),
    'controller.quorum.voters': brokers.map(({ id, controllerPort }) => `${id}@${HOST}:${controllerPort}`).join(','),
    listeners: `CLIENTS://${HOST}:${broker.port},CONTROLLER://${HOST}:${broker.controllerPort}`,
    'advertised.listeners': `CLIENTS://${HOST}:${broker.port}`,
    'listener.security.protocol.map': 'CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'inter.broker.listener.name': 'CLIENTS',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': join(dir, 'data'),
    'auto.create.topics.enable': 'false',
    'delete.topic.enable': 'true',
    'offsets.topic.replication.factor': copies,
    'offsets.topic.num.partitions': '4',
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': '1',
    'transaction.state.log.num.partitions': '4',
    'share.coordinator.state.topic.replication.factor': copies,
    'share.coordinator.state.topic.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
    'log.cleaner.dedupe.buffer.size': '4194304',
    'num.network.threads': '2',
    'num.io.threads': '4',
    'background.threads': '2',
  };
  for (const [key, value] of Object.entries(extra))
    settings[key] = ADDED_TO.has(key) ? `${settings[key]},${value}` : value;
  return `${Object.entries(settings)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}

/** Listeners that are asked for come beside those of the cluster itself, by which it is looked after. */
const ADDED_TO = new Set(['listeners', 'advertised.listeners', 'listener.security.protocol.map']);

/** Warnings and errors, to the broker's output, which goes to a file of its folder. */
export const LOG4J = `<Configuration status="WARN">
  <Appenders><Console name="out"><PatternLayout pattern="%d %p %m (%c{1})%n"/></Console></Appenders>
  <Loggers><Root level="WARN"><AppenderRef ref="out"/></Root></Loggers>
</Configuration>
`;

/** @type {readonly string[]} */
export const JVM_OPTIONS = ['-Xmx128m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-XX:+ExitOnOutOfMemoryError'];
