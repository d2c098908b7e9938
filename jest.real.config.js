const [node] = require('./jest.config.js').projects;

/** Tests against a real Loki and a real API server: `npm run test:real`. @type {import('jest').Config} */
module.exports = {
  ...node,
  roots: ['<rootDir>/tests/real'],
  testPathIgnorePatterns: ['/node_modules/'],
  reporters: ['default', '<rootDir>/scripts/count-reporter.js'],
  testTimeout: 120_000,
};
