/** Tests on a real Kubernetes node: `npm run test:node`. */
module.exports = require('../suite')('node');
