// After `npm ci` or `npm install`: takes Node.js 24, which tests/node24 brings, out of the way. npm links it as
// node_modules/.bin/node, and with that all of `npm run` would run on it instead of the Node.js that is installed.
import { rmSync } from 'node:fs';

rmSync(new URL('../node_modules/.bin/node', import.meta.url), { force: true });
