const swc = ['@swc/jest', { jsc: { parser: { syntax: 'typescript', tsx: true }, target: 'es2022' }, module: { type: 'commonjs' } }];

/** @type {import('jest').Config} */
module.exports = {
  projects: [
    {
      displayName: 'node',
      testEnvironment: 'node',
      roots: ['<rootDir>/model', '<rootDir>/shipper', '<rootDir>/pocket-loki', '<rootDir>/tests'],
      testMatch: ['**/*.test.ts'],
      transform: { '^.+\\.(t|j)sx?$': swc },
    },
  ],
  reporters: ['default', '<rootDir>/scripts/count-reporter.js'],
  testTimeout: 30000,
};
