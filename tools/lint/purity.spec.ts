import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import tseslint from 'typescript-eslint';

/** The repository's own configuration, without the rules that need types: the sources below are on no disk. */
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const eslint = new ESLint({
  cwd: root,
  overrideConfig: [{ files: ['**/*.ts'], ...tseslint.configs.disableTypeChecked }],
});

describe.each(['libs/events/src/example.ts', 'libs/ladder/src/example.ts'])('%s', (file) => {
  it.each([
    ['export const now = Date.now();', 'no-restricted-properties'],
    ['export const now = new Date();', 'no-restricted-syntax'],
    ['export const now = Date();', 'no-restricted-syntax'],
    ['export const dice = Math.random();', 'no-restricted-properties'],
    ['export const home = process.env.HOME;', 'no-restricted-globals'],
    ["console.log('here');", 'no-restricted-globals'],
    ['export const now = performance.now();', 'no-restricted-globals'],
    ['setTimeout(() => 1, 1);', 'no-restricted-globals'],
    ["export const page = fetch('http://localhost');", 'no-restricted-globals'],
    ['export const later = Promise.resolve(1);', 'no-restricted-globals'],
    ['export async function fold() {}', 'no-restricted-syntax'],
    ['export const fold = async () => 1;', 'no-restricted-syntax'],
    ["export function fold() { throw new TypeError('no'); }", 'no-restricted-syntax'],
    ['export class Fold {}', 'no-restricted-syntax'],
    ["export const order = 'a'.localeCompare('b');", 'no-restricted-properties'],
    ["import { readFileSync } from 'node:fs'; readFileSync('x');", 'no-restricted-imports'],
    ["import { readFileSync } from 'fs'; readFileSync('x');", 'no-restricted-imports'],
    ["import { createHash } from 'node:crypto'; createHash('md5');", 'no-restricted-imports'],
    ["import { randomUUID } from 'crypto'; randomUUID();", 'no-restricted-imports'],
    ["export * from './other.js';", 'no-restricted-syntax'],
    ['export enum Colour { Red }', 'no-restricted-syntax'],
  ])('must not say %s', async (code, rule) => {
    expect(await rulesBroken(file, code)).toEqual([rule]);
  });

  it.each([
    'export const time = new Date(0).toISOString();',
    "export const ms = Date.parse('2026-11-23T06:24:30.123Z');",
    'export const max = Math.max(1, 2);',
    "import { assert } from './assert.js'; assert(true, 'one is one');",
  ])('may say %s', async (code) => {
    expect(await rulesBroken(file, code)).toEqual([]);
  });
});

it('lets the one file of hashing hash, and do nothing else', async () => {
  const file = 'libs/events/src/hash.ts';
  expect(await rulesBroken(file, "import { createHash } from 'node:crypto'; createHash('sha256');")).toEqual([]);
  expect(await rulesBroken(file, "import { randomUUID } from 'node:crypto'; randomUUID();")).toEqual([
    'no-restricted-imports',
  ]);
  expect(await rulesBroken(file, "import { readFileSync } from 'node:fs'; readFileSync('x');")).toEqual([
    'no-restricted-imports',
  ]);
  expect(
    await rulesBroken('libs/ladder/src/hash.ts', "import { createHash } from 'node:crypto'; createHash('x');"),
  ).toEqual(['no-restricted-imports']);
});

it('lets assert.ts throw, and nothing else that is impure', async () => {
  const file = 'libs/ladder/src/assert.ts';
  expect(await rulesBroken(file, "export function assert() { throw new Error('broken'); }")).toEqual([]);
  expect(await rulesBroken(file, 'export const now = new Date();')).toEqual(['no-restricted-syntax']);
});

it('leaves tests and the rest of the repository alone', async () => {
  const code = 'export const now = Date.now(); export async function wait() {}';
  expect(await rulesBroken('libs/ladder/src/fold.spec.ts', code)).toEqual([]);
  expect(await rulesBroken('libs/events/src/testing/events.ts', code)).toEqual([]);
  expect(await rulesBroken('libs/log/src/clock.ts', code)).toEqual([]);
});

it('holds the layers on the real projects', async () => {
  const code = "import { Kafka } from 'kafkajs'; export const kafka = Kafka;";
  expect(await rulesBroken('libs/ladder/src/fold.ts', code)).toEqual(['offramp/layers']);
});

async function rulesBroken(file: string, code: string): Promise<string[]> {
  const [result] = await eslint.lintText(code, { filePath: join(root, file) });
  return result!.messages.map((message) => message.ruleId ?? message.message);
}
