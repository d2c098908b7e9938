const swc = [
  '@swc/jest',
  { jsc: { parser: { syntax: 'typescript', tsx: true }, target: 'es2022' }, module: { type: 'commonjs' } },
];

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    {
      displayName: 'node',
      testEnvironment: 'node',
      roots: ['<rootDir>/model', '<rootDir>/shipper', '<rootDir>/pocket-loki', '<rootDir>/tools', '<rootDir>/tests'],
      testMatch: ['**/*.test.ts'],
      testPathIgnorePatterns: ['/node_modules/', '/tests/(real|node|browser|replays)/'],
      transform: { '^.+\\.(t|j)sx?$': swc },
    },
    {
      displayName: 'plugin',
      testEnvironment: '<rootDir>/tests/plugin/environment.js',
      roots: ['<rootDir>/src', '<rootDir>/tests/plugin'],
      testMatch: ['<rootDir>/src/**/*.test.ts?(x)', '<rootDir>/tests/plugin/**/*.test.tsx'],
      setupFiles: ['<rootDir>/tests/plugin/browser.ts'],
      setupFilesAfterEnv: ['<rootDir>/tests/plugin/matchers.ts'],
      // Much of what Grafana's libraries stand on comes as ES modules only: all is put through, scripts stay scripts.
      transformIgnorePatterns: [],
      transform: { '^.+\\.m?[tj]sx?$': [swc[0], { ...swc[1], isModule: 'unknown' }] },
      moduleNameMapper: {
        '\\.(css|ttf)$': '<rootDir>/tests/plugin/no-style.js',
        '^react-inlinesvg$': '<rootDir>/tests/plugin/inline-svg.tsx',
      },
    },
    {
      displayName: 'browser',
      testEnvironment: 'node',
      roots: ['<rootDir>/tests/browser'],
      testMatch: ['<rootDir>/tests/browser/*.test.ts'],
      globalSetup: '<rootDir>/tests/browser/setup/global-setup.ts',
      globalTeardown: '<rootDir>/tests/browser/setup/teardown.ts',
      setupFilesAfterEnv: ['<rootDir>/tests/browser/setup/patience.ts'],
      transform: { '^.+\\.(t|j)sx?$': swc },
    },
  ],
  reporters: ['default', '<rootDir>/scripts/count-reporter.js'],
  // Only what hangs is ended: a machine with other work takes its time.
  testTimeout: 120_000,
};
