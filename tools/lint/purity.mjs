/*
 * Invariant DETERMINISM. libs/events and libs/ladder compute the same from the same input on every machine, at any time,
 * so that a replay is byte-identical: no clock, no chance, no environment, no I/O, no locale. They refuse with values;
 * only a broken invariant throws, and that in assert.ts alone.
 */

const NO_GLOBALS = [
  ...['process', 'console', 'fetch', 'crypto', 'performance', 'navigator', 'Intl', 'eval', 'Function'],
  ...['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask', 'Promise', 'WeakRef', 'FinalizationRegistry'],
].map((name) => ({ name, message: 'The domain is pure (docs/adr/0002).' }));

const NO_PROPERTIES = [
  { object: 'Date', property: 'now', message: 'Time comes with the event (docs/adr/0002).' },
  { object: 'Math', property: 'random', message: 'Chance would make a replay differ (docs/adr/0002).' },
  ...['process', 'console', 'performance', 'crypto', 'Date', 'Math'].map((property) => ({
    object: 'globalThis',
    property,
    message: 'The domain is pure (docs/adr/0002).',
  })),
  ...['localeCompare', 'toLocaleString', 'toLocaleLowerCase', 'toLocaleUpperCase'].map((property) => ({
    property,
    message: 'The answer depends on the machine (docs/adr/0002).',
  })),
];

/** @type {readonly { readonly selector: string, readonly message: string }[]} */
export const NO_SYNTAX_IN_DOMAIN = [
  {
    selector: "NewExpression[callee.name='Date'][arguments.length=0]",
    message: 'A date without argument reads the clock.',
  },
  { selector: "CallExpression[callee.name='Date']", message: 'Date() reads the clock.' },
  { selector: ':function[async=true]', message: 'The domain is synchronous.' },
  { selector: 'AwaitExpression', message: 'The domain is synchronous.' },
  { selector: 'ForOfStatement[await=true]', message: 'The domain is synchronous.' },
  { selector: 'ImportExpression', message: 'The domain is synchronous.' },
  {
    selector: 'ThrowStatement',
    message: 'A refusal is a value; a broken invariant goes through assert or unreachable.',
  },
  { selector: ':matches(ClassDeclaration, ClassExpression)', message: 'The domain is functions over values.' },
  { selector: 'Decorator', message: 'The domain knows no framework.' },
];

/** What a builtin module could do: all are banned, but hashing in its one file. */
const NO_BUILTINS = {
  regex: '^(node:|(fs|path|os|crypto|http|https|net|url|util|events|stream|child_process|worker_threads|timers)(/|$))',
  message: 'The domain has no I/O; hashing stands in libs/events/src/hash.ts (docs/adr/0002).',
};

/** The one file that hashes may import this one name. */
const ONLY_CREATE_HASH = {
  regex: '^(?!node:crypto$)(node:|fs|path|os|crypto|http|https|net|url)',
  message: NO_BUILTINS.message,
};

const FILES = ['libs/events/src/**/*.ts', 'libs/ladder/src/**/*.ts'];
const TESTS = ['**/*.spec.ts', '**/testing/**'];
const HASH_FILE = 'libs/events/src/hash.ts';
const ASSERT_FILES = ['libs/events/src/assert.ts', 'libs/ladder/src/assert.ts'];

/**
 * @param {readonly { readonly selector: string, readonly message: string }[]} everywhere what is banned in every file: a
 *   later list of this rule replaces an earlier one, so ours has to contain it
 * @returns {import('eslint').Linter.Config[]}
 */
export function purityConfig(everywhere) {
  const syntax = [...everywhere, ...NO_SYNTAX_IN_DOMAIN];
  const syntaxWithThrow = syntax.filter(({ selector }) => selector !== 'ThrowStatement');
  return [
    {
      name: 'offramp/pure-domain',
      files: FILES,
      ignores: TESTS,
      rules: {
        'no-restricted-globals': ['error', ...NO_GLOBALS],
        'no-restricted-properties': ['error', ...NO_PROPERTIES],
        'no-restricted-syntax': ['error', ...syntax],
        'no-restricted-imports': ['error', { patterns: [NO_BUILTINS] }],
      },
    },
    {
      name: 'offramp/hashing',
      files: [HASH_FILE],
      rules: {
        'no-restricted-imports': [
          'error',
          {
            paths: [{ name: 'node:crypto', allowImportNames: ['createHash'], message: NO_BUILTINS.message }],
            patterns: [ONLY_CREATE_HASH],
          },
        ],
      },
    },
    {
      name: 'offramp/broken-invariants',
      files: ASSERT_FILES,
      rules: { 'no-restricted-syntax': ['error', ...syntaxWithThrow] },
    },
  ];
}
