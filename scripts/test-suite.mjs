// `npm run test:hostile`, `npm run test:replays`: builds the program and runs one suite against it, each test by name.
// Usage: node scripts/test-suite.mjs SUITE [jest's arguments]; tests/SUITE/jest.config.js describes it.
import { spawnSync } from 'node:child_process';

const [suite, ...args] = process.argv.slice(2);
const run = (command, args) =>
  spawnSync(command, args, { stdio: 'inherit', cwd: new URL('..', import.meta.url) }).status ?? 1;
if (run('npm', ['run', '--silent', 'build:shipper']) !== 0) {
  console.log('\nbuild:shipper failed\n0 passed, 1 failed');
  process.exit(1);
}
process.exit(run('npx', ['jest', '--config', `tests/${suite}/jest.config.js`, '--verbose', ...args]));
