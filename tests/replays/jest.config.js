const [, plugin] = require('../../jest.config.js').projects;
const suite = require('../suite');

const { reporters, testTimeout, ...node } = suite('replays');

/** What is asked of whole replays of the recordings: `npm run test:replays`. */
module.exports = {
  rootDir: node.rootDir,
  projects: [
    node,
    {
      ...plugin,
      rootDir: node.rootDir,
      roots: ['<rootDir>/tests/replays'],
      testMatch: ['<rootDir>/tests/replays/*.test.tsx'],
    },
  ],
  reporters,
  testTimeout,
  maxWorkers: 2,
};
