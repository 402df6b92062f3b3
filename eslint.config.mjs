import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import tseslint from 'typescript-eslint';
import { layersRule } from './tools/lint/layers-rule.mjs';
import { purityConfig } from './tools/lint/purity.mjs';

const root = dirname(fileURLToPath(import.meta.url));

const NO_SYNTAX = [
  { selector: 'ExportAllDeclaration', message: 'List the names: an index is a table of contents.' },
  { selector: 'TSEnumDeclaration', message: 'Use a union of literals; it is what stands on the wire.' },
  {
    selector: ':matches(FunctionDeclaration, ArrowFunctionExpression)[params.length>4]',
    message: 'Take an options object instead of more parameters.',
  },
  {
    selector: "MethodDefinition[kind='method'] > FunctionExpression[params.length>4]",
    message: 'Take an options object instead of more parameters.',
  },
];

export default tseslint.config(
  { ignores: ['**/dist/', '**/node_modules/', '.nx/', 'data/', 'coverage/', 'reports/', 'docs/', '**/fixtures/'] },
  {
    name: 'offramp/all',
    files: ['**/*.ts', '**/*.mjs'],
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      'no-restricted-syntax': ['error', ...NO_SYNTAX],
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-var': 'error',
      'prefer-const': 'error',
      'no-control-regex': 'off',
      'max-depth': ['error', 3],
      'no-template-curly-in-string': 'error',
      'no-promise-executor-return': ['error', { allowVoid: true }],
      'no-unsafe-finally': 'error',
      'no-unreachable': 'error',
      'no-self-compare': 'error',
      'no-duplicate-imports': ['error', { allowSeparateTypeImports: true }],
    },
  },
  {
    name: 'offramp/typescript',
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    // One program over all sources: a program for each project would read the types of Nest and zod a dozen times.
    languageOptions: { parserOptions: { project: ['tools/lint/tsconfig.json'], tsconfigRootDir: root } },
    plugins: { offramp: { rules: { layers: layersRule } } },
    rules: {
      'offramp/layers': ['error', { root }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-extraneous-class': 'off',
      // These need types. They find what compiles and yet loses an error or a case.
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
    },
  },
  {
    name: 'offramp/functions',
    files: ['{libs,apps}/**/*.ts'],
    ignores: ['**/*.spec.ts', '**/testing/**', '**/contract/**'],
    rules: { 'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }] },
  },
  ...purityConfig(NO_SYNTAX),
);
