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
  const leftOut = suites.filter(({ requires }) => requires.some((service) => !services[service].had));
  tellServices(services, suites);
  const env = Object.assign({}, process.env, ...SERVICES.map((service) => services[service].env));
  const paths = leftOut.map(({ path }) => `/${path}`);
  const run = await runJest(root, { args, leftOut: paths, output: 'to-stderr', env });
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
