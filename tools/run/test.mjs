import { runJest } from './jest.mjs';
import { say } from './say.mjs';
import { findServices } from './services.mjs';
import { SERVICES, findSuites } from './suites.mjs';

/** @typedef {import('./suites.mjs').Service} Service */
/** @typedef {import('./suites.mjs').Suite} Suite */
/** @typedef {Record<Service, import('./services.mjs').Finding>} Findings */

/**
 * Every test that this machine can run. A suite left out is named with its reason and counts as one skipped; a service
 * that OFFRAMP_REQUIRE names and that can't be had counts as one failed.
 * @param {import('./commands.mjs').Call} call
 */
export async function test({ root, args }) {
  const required = (process.env['OFFRAMP_REQUIRE'] ?? '').split(',').filter((name) => name !== '');
  const unknown = required.filter((name) => !SERVICES.includes(/** @type {Service} */ (name)));
  if (unknown.length > 0) {
    say(`OFFRAMP_REQUIRE names ${unknown.join(', ')}; allowed are ${SERVICES.join(', ')}, separated by commas.`);
    return 2;
  }
  const services = await findServices(root);
  const suites = findSuites(root);
  const started = await startServices(services, suites.filter(isAskedFor(args)));
  const leftOut = suites.filter(({ requires }) => requires.some((service) => !services[service].had));
  tellServices(services, suites);
  const env = Object.assign({}, process.env, ...SERVICES.map((service) => services[service].env), ...started.env);
  const paths = leftOut.map(({ path }) => `/${path}`);
  const run = await runJest(root, { args, leftOut: paths, output: 'to-stderr', env });
  await started.stop();
  for (const suite of leftOut) say(`Left out: ${suite.path} (${reasonOf(suite, services)})`);
  const unmet = required.filter((name) => !services[/** @type {Service} */ (name)].had);
  for (const name of unmet)
    say(`Failed: OFFRAMP_REQUIRE names ${name}: ${services[/** @type {Service} */ (name)].why}`);
  const failed = run.failed + unmet.length;
  if (run.passed + run.failed === 0) say('Failed: no test ran.');
  process.stdout.write(`${run.passed} passed, ${failed} failed, ${run.skipped + leftOut.length} skipped\n`);
  return failed > 0 || run.passed === 0 || run.code !== 0 ? 1 : 0;
}

/**
 * Starts what the suites need and is not running yet. What can't be started is no longer had.
 * @param {Findings} services
 * @param {readonly Suite[]} suites
 */
async function startServices(services, suites) {
  /** @type {import('./services.mjs').Started[]} */
  const started = [];
  for (const service of SERVICES) {
    const { start } = services[service];
    if (start === undefined || !suites.some(({ requires }) => requires.includes(service))) continue;
    try {
      started.push(await start());
    } catch (error) {
      services[service] = { had: false, why: error instanceof Error ? error.message : String(error), env: {} };
    }
  }
  return {
    env: started.map(({ env }) => env),
    stop: async () => void (await Promise.all(started.map(({ stop }) => stop()))),
  };
}

/**
 * What jest will make of the arguments, or more: a service too many costs seconds, one too few a suite.
 * @param {readonly string[]} args
 * @returns {(suite: Suite) => boolean}
 */
function isAskedFor(args) {
  const patterns = args.filter((arg) => !arg.startsWith('-'));
  if (patterns.length < args.length || patterns.length === 0) return () => true;
  return ({ path }) => patterns.some((pattern) => new RegExp(pattern, 'i').test(`/${path}`));
}

/**
 * @param {Findings} services
 * @param {readonly Suite[]} suites
 */
function tellServices(services, suites) {
  for (const service of SERVICES) {
    const needed = suites.filter(({ requires }) => requires.includes(service)).length;
    const use = needed === 0 ? 'no suite needs it yet' : `${needed} suites need it`;
    say(`${service}: ${services[service].had ? 'found' : 'not found'}, ${services[service].why}; ${use}`);
  }
}

/**
 * @param {Suite} suite
 * @param {Findings} services
 */
function reasonOf({ requires }, services) {
  const missing = requires.filter((service) => !services[service].had);
  return missing.map((service) => `needs ${service}: ${services[service].why}`).join('; ');
}
