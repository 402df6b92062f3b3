import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from './kafka/cluster.mjs';

/*
 * Kafka and Postgres for tests as containers, of the images that docker-compose.yml names. testcontainers is loaded only when
 * one is started; it ends them also where this process is killed.
 */

/** @typedef {import('./services.mjs').Started} Started */

const STARTED_WITHIN_MS = 180_000;
const PASSWORD = 'offramp';

/**
 * The broker tells its clients where it is, so that has to be known before it starts, and be the same inside and outside.
 * @param {string} root
 * @returns {Promise<Started>}
 */
export async function startKafkaContainer(root) {
  const { GenericContainer, Wait } = await import('testcontainers');
  const [port = 0] = await freePorts(1);
  const container = await new GenericContainer(imageOf(root, 'kafka'))
    .withEnvironment(kafkaEnvironment(port))
    .withExposedPorts({ container: port, host: port })
    .withWaitStrategy(Wait.forLogMessage(/Kafka Server started/))
    .withStartupTimeout(STARTED_WITHIN_MS)
    .start();
  return {
    env: { OFFRAMP_TEST_KAFKA: `${container.getHost()}:${port}` },
    stop: async () => void (await container.stop()),
  };
}

/**
 * @param {string} root
 * @returns {Promise<Started>}
 */
export async function startPostgresContainer(root) {
  const { GenericContainer, Wait } = await import('testcontainers');
  const container = await new GenericContainer(imageOf(root, 'postgres'))
    .withEnvironment({ POSTGRES_PASSWORD: PASSWORD })
    .withCommand(['postgres', '-c', 'fsync=off'])
    .withExposedPorts(5432)
    // The first one is of the server that only prepares the database.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .withStartupTimeout(STARTED_WITHIN_MS)
    .start();
  const address = `${container.getHost()}:${container.getMappedPort(5432)}`;
  return {
    env: { OFFRAMP_TEST_DATABASE_URL: `postgres://postgres:${PASSWORD}@${address}/postgres` },
    stop: async () => void (await container.stop()),
  };
}

/** One broker, its own controller. @param {number} port @returns {Record<string, string>} */
export function kafkaEnvironment(port) {
  return {
    CLUSTER_ID: '5L6g3nShT-eMCtK--X86sw',
    KAFKA_NODE_ID: '1',
    KAFKA_PROCESS_ROLES: 'broker,controller',
    KAFKA_CONTROLLER_QUORUM_VOTERS: '1@localhost:9093',
    KAFKA_LISTENERS: `CLIENTS://:${port},CONTROLLER://localhost:9093`,
    KAFKA_ADVERTISED_LISTENERS: `CLIENTS://localhost:${port}`,
    KAFKA_LISTENER_SECURITY_PROTOCOL_MAP: 'CLIENTS:PLAINTEXT,CONTROLLER:PLAINTEXT',
    KAFKA_INTER_BROKER_LISTENER_NAME: 'CLIENTS',
    KAFKA_CONTROLLER_LISTENER_NAMES: 'CONTROLLER',
    KAFKA_AUTO_CREATE_TOPICS_ENABLE: 'false',
    KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR: '1',
    KAFKA_TRANSACTION_STATE_LOG_MIN_ISR: '1',
    KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS: '0',
  };
}

/**
 * The image of a service of docker-compose.yml, so that its version stands in one place.
 * @param {string} root
 * @param {string} service
 */
export function imageOf(root, service) {
  const compose = readFileSync(join(root, 'docker-compose.yml'), 'utf8');
  const image = new RegExp(`^  ${service}:\\n    image: (\\S+)$`, 'm').exec(compose)?.[1];
  if (image === undefined) throw new Error(`docker-compose.yml names no image of ${service}`);
  return image;
}
