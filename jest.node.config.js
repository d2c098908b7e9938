const [node] = require('./jest.config.js').projects;

/** Tests on a real Kubernetes node: `npm run test:node`. @type {import('jest').Config} */
module.exports = {
  ...node,
  roots: ['<rootDir>/tests/node'],
  testPathIgnorePatterns: ['/node_modules/'],
  reporters: ['default', '<rootDir>/scripts/count-reporter.js'],
};
