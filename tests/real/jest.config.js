/** Tests against a real Loki and a real API server: `npm run test:real`. */
module.exports = require('../suite')('real');
