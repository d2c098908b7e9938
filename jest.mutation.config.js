const [node] = require('./jest.config.js').projects;

/** What `npm run test:mutation` runs for each mutant: tests of behaviour without processes. @type {import('jest').Config} */
module.exports = {
  ...node,
  roots: ['<rootDir>/model', '<rootDir>/shipper', '<rootDir>/tests/integration'],
  testMatch: ['<rootDir>/{model,shipper}/**/*.test.ts', '<rootDir>/tests/integration/truth.test.ts'],
  reporters: ['default'],
  testTimeout: 30_000,
};
