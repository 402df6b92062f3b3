/** One configuration for all projects: ESM, swc, and the libraries' sources rather than their builds. */
export default {
  testEnvironment: 'node',
  testEnvironmentOptions: { customExportConditions: ['offramp-source', 'node', 'node-addons'] },
  testMatch: ['<rootDir>/{libs,apps,tools,bench}/**/*.spec.ts'],
  testPathIgnorePatterns: ['/node_modules/', '/dist/'],
  modulePathIgnorePatterns: ['/dist/', '/.nx/'],
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
        },
        module: { type: 'es6' },
        sourceMaps: 'inline',
      },
    ],
  },
  maxWorkers: 2,
  // Long enough for a busy machine: a test that fails here hangs, it is not slow.
  testTimeout: 60_000,
};
