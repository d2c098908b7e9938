/** The fault scenarios F1–F37: `npm run test:faults`. */
module.exports = require('../suite')('faults', {
  testMatch: ['**/*.fault.ts'],
  reporters: ['default', '<rootDir>/tests/faults/list-reporter.js', '<rootDir>/scripts/count-reporter.js'],
  testTimeout: 60_000,
});
