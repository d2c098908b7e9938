/** What a page, a pod, a disk or a query may try to break: `npm run test:hostile`. */
module.exports = require('../suite')('hostile', { testMatch: ['**/*.hostile.ts', '**/*.test.ts'], maxWorkers: 1 });
