const [node] = require('./jest.config.js').projects;

/** What a page, a pod, a disk or a query may try to break: `npm run test:hostile`. @type {import('jest').Config} */
module.exports = {
  ...node,
  roots: ['<rootDir>/tests/hostile'],
  testMatch: ['**/*.hostile.ts', '**/*.test.ts'],
  reporters: ['default', '<rootDir>/scripts/count-reporter.js'],
  maxWorkers: 1,
  testTimeout: 120_000,
};
