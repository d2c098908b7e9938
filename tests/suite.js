const { join } = require('node:path');
const [node] = require('../jest.config.js').projects;

/**
 * The configuration of a suite that `npm test` does not run: `jest --config tests/NAME/jest.config.js`.
 * @param {string} name its folder beside this file
 * @param {import('jest').Config} own what it has other than the rest
 * @returns {import('jest').Config}
 */
module.exports = (name, own = {}) => ({
  ...node,
  rootDir: join(__dirname, '..'),
  roots: [`<rootDir>/tests/${name}`],
  testPathIgnorePatterns: ['/node_modules/'],
  reporters: ['default', '<rootDir>/scripts/count-reporter.js'],
  testTimeout: 120_000,
  ...own,
});
