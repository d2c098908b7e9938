const [node] = require('./jest.config.js').projects;

/** The fault scenarios F1–F37: `npm run test:faults`. @type {import('jest').Config} */
module.exports = {
  ...node,
  roots: ['<rootDir>/tests/faults'],
  testMatch: ['**/*.fault.ts'],
  reporters: ['default', '<rootDir>/tests/faults/list-reporter.js', '<rootDir>/scripts/count-reporter.js'],
  testTimeout: 60_000,
};
