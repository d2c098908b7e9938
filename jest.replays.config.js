const [node] = require('./jest.config.js').projects;

/** What is asked of whole replays of the recordings: `npm run test:replays`. @type {import('jest').Config} */
module.exports = {
  ...node,
  roots: ['<rootDir>/tests/replays'],
  testPathIgnorePatterns: ['/node_modules/'],
  reporters: ['default', '<rootDir>/scripts/count-reporter.js'],
  maxWorkers: 2,
  testTimeout: 120_000,
};
