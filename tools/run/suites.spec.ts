import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findSuites, requirementsIn } from './suites.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const suites = findSuites(root);

it('reads in the opening comment what a suite needs', () => {
  expect(requirementsIn('/** On a real server. @requires postgres */\nimport x;')).toEqual(['postgres']);
  expect(requirementsIn('/*\n * @requires kafka\n * @requires browser\n */\n')).toEqual(['kafka', 'browser']);
  expect(requirementsIn('import x;\n/** @requires postgres */')).toEqual([]);
  expect(requirementsIn('/** @requires a clear head */')).toEqual([]);
});

it('finds this suite, which needs nothing', () => {
  expect(suites).toContainEqual({ path: 'tools/run/suites.spec.ts', requires: [] });
});

it.each([
  ['kafka', 'OFFRAMP_TEST_KAFKA'],
  ['postgres', 'OFFRAMP_TEST_DATABASE_URL'],
  ['browser', 'OFFRAMP_TEST_CHROMIUM'],
])('is told by every suite that needs %s, so that it can be left out by name', (service, variable) => {
  const using = suites.filter(({ path }) => readFileSync(join(root, path), 'utf8').includes(`env.${variable}`));
  expect(using.filter(({ requires }) => !requires.some((name) => name === service))).toEqual([]);
});

it('is an .int.spec.ts where it needs a service', () => {
  expect(suites.filter(({ path, requires }) => requires.length > 0 && !path.endsWith('.int.spec.ts'))).toEqual([]);
});
