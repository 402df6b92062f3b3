import { accessSync, constants, existsSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { imageOf, startKafkaContainer, startPostgresContainer } from './containers.mjs';
import { findDocker } from './docker.mjs';
import { addressesOf, downCluster, upCluster } from './kafka/cluster.mjs';
import { missingForKafka } from './kafka/jars.mjs';
import { say } from './say.mjs';

/** @typedef {import('./suites.mjs').Service} Service */

/**
 * Whether a service can be had here. `env`: what tells the suites where it is; `why`: where it was found, or what is
 * missing and what would help; `start`: what has to be started for it first, where a suite that runs needs it.
 * @typedef {{ had: boolean, why: string, env: Record<string, string>, start?: () => Promise<Started> }} Finding
 */

/** @typedef {{ env: Record<string, string>, stop: () => Promise<void> }} Started */

const TIMEOUT_MS = 2000;

/** Tried in this order on 127.0.0.1:5432 where nobody says which database to use. */
const LOCAL_POSTGRES = [
  'postgres://postgres:postgres@127.0.0.1:5432/postgres',
  'postgres://postgres@127.0.0.1:5432/postgres',
  'postgres://offramp:offramp@127.0.0.1:5432/offramp',
];

/**
 * How to look around here; tests look elsewhere.
 * @typedef {object} Looks
 * @property {NodeJS.ProcessEnv} env
 * @property {() => Promise<string | undefined>} docker where an engine was found
 * @property {() => string | undefined} missingForKafka what Kafka's jars lack
 * @property {() => Promise<Finding>} localPostgres a server on this machine
 */

/** @type {Looks} */
const HERE = { env: process.env, docker: () => findDocker(), missingForKafka, localPostgres };

/**
 * What is given wins, then Docker, then what this machine has by itself.
 * @param {string} root
 * @param {Looks} [looks]
 * @returns {Promise<Record<Service, Finding>>}
 */
export async function findServices(root, looks = HERE) {
  const { OFFRAMP_TEST_KAFKA: brokers, OFFRAMP_TEST_DATABASE_URL: url } = looks.env;
  const docker = brokers !== undefined && url !== undefined ? undefined : await looks.docker();
  const [kafka, postgres] = await Promise.all([
    brokers !== undefined ? givenKafka(brokers) : findKafka(root, looks, docker),
    url !== undefined ? givenPostgres(url) : findPostgres(root, looks, docker),
  ]);
  return { kafka, brokers: findBrokers(looks), postgres, browser: findBrowser() };
}

/**
 * @param {string} brokers
 * @returns {Promise<Finding>}
 */
async function givenKafka(brokers) {
  const [host = '127.0.0.1', port = '9092'] = (brokers.split(',')[0] ?? '').split(':');
  if (await answers(host, Number(port))) return had(`OFFRAMP_TEST_KAFKA=${brokers}`);
  return missing(`nothing answers at OFFRAMP_TEST_KAFKA=${brokers}`);
}

/**
 * @param {string} root
 * @param {Looks} looks
 * @param {string | undefined} docker
 * @returns {Promise<Finding>}
 */
async function findKafka(root, looks, docker) {
  const lacking = looks.missingForKafka();
  /** @type {Finding} */
  const own =
    lacking === undefined
      ? { ...had('a broker of our own, as of npm run kafka'), start: () => startKafka(root) }
      : missing(`set OFFRAMP_TEST_KAFKA to a broker, start Docker, or install ${lacking}`);
  if (docker === undefined) return own;
  return inContainer(imageOf(root, 'kafka'), docker, () => startKafkaContainer(root), own);
}

/**
 * @param {string} root
 * @param {Looks} looks
 * @param {string | undefined} docker
 * @returns {Promise<Finding>}
 */
async function findPostgres(root, looks, docker) {
  const own = await looks.localPostgres();
  if (docker === undefined) return own;
  return inContainer(imageOf(root, 'postgres'), docker, () => startPostgresContainer(root), own);
}

/**
 * An engine that cannot fetch an image is no reason to leave out what would have run without one.
 * @param {string} image
 * @param {string} docker
 * @param {() => Promise<Started>} start
 * @param {Finding} otherwise
 * @returns {Finding}
 */
export function inContainer(image, docker, start, otherwise) {
  return {
    ...had(`a container of ${image}, by Docker at ${docker}`),
    async start() {
      try {
        return await start();
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error);
        if (!otherwise.had) throw new Error(`no container of ${image} (${why}); ${otherwise.why}`, { cause: error });
        say(`There is no container of ${image} (${why}); instead: ${otherwise.why}`);
        return otherwise.start?.() ?? { env: otherwise.env, stop: () => Promise.resolve() };
      }
    },
  };
}

/**
 * The suites that kill brokers start them themselves, as many as they need.
 * @param {Looks} looks
 * @returns {Finding}
 */
function findBrokers(looks) {
  const lacking = looks.missingForKafka();
  return lacking === undefined ? had('as of npm run kafka, with Java and Maven') : missing(`install ${lacking}`);
}

/**
 * One broker for all suites; it dies with this process.
 * @param {string} root
 * @returns {Promise<Started>}
 */
async function startKafka(root) {
  const cluster = await upCluster(root, { brokers: 1, attached: true });
  return { env: { OFFRAMP_TEST_KAFKA: addressesOf(cluster) }, stop: () => downCluster(cluster) };
}

/** @returns {Promise<Finding>} */
async function localPostgres() {
  if (!(await answers('127.0.0.1', 5432))) {
    return missing(
      'nothing answers on 127.0.0.1:5432; start a server there, or Docker, or set OFFRAMP_TEST_DATABASE_URL',
    );
  }
  let problem = '';
  for (const url of LOCAL_POSTGRES) {
    const result = await logIn(url);
    if (result === undefined) return had(url, { OFFRAMP_TEST_DATABASE_URL: url });
    problem = result;
  }
  return missing(`the server on 127.0.0.1:5432 lets nobody in (${problem}); set OFFRAMP_TEST_DATABASE_URL`);
}

/**
 * @param {string} url
 * @returns {Promise<Finding>}
 */
async function givenPostgres(url) {
  const problem = await logIn(url);
  if (problem === undefined) return had('OFFRAMP_TEST_DATABASE_URL', { OFFRAMP_TEST_DATABASE_URL: url });
  return missing(`the server of OFFRAMP_TEST_DATABASE_URL lets nobody in (${problem})`);
}

/** @returns {Finding} */
function findBrowser() {
  const given = process.env['OFFRAMP_TEST_CHROMIUM'];
  const path = given ?? onPath('chromium');
  if (path !== undefined && existsSync(path)) return had(path, { OFFRAMP_TEST_CHROMIUM: path });
  return missing(given ? `there is no ${given}` : 'install chromium, or set OFFRAMP_TEST_CHROMIUM to one');
}

/**
 * @param {string} why
 * @param {Record<string, string>} [env]
 * @returns {Finding}
 */
function had(why, env = {}) {
  return { had: true, why, env };
}

/**
 * @param {string} why
 * @returns {Finding}
 */
function missing(why) {
  return { had: false, why, env: {} };
}

/**
 * @param {string} url
 * @returns {Promise<string | undefined>} what went wrong
 */
async function logIn(url) {
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: TIMEOUT_MS });
  client.on('error', () => undefined); // Told by the call that fails.
  try {
    await client.connect();
    await client.query('SELECT 1');
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/**
 * @param {string} host
 * @param {number} port
 * @returns {Promise<boolean>}
 */
function answers(host, port) {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: TIMEOUT_MS });
    /** @param {boolean} result */
    const end = (result) => {
      socket.destroy();
      resolve(result);
    };
    socket.on('connect', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
}

/** @param {string} program */
function onPath(program) {
  const folders = (process.env['PATH'] ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

/** @param {string} path */
function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
