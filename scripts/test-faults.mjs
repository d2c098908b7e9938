// `npm run test:faults`: builds the program that some of the scenarios kill, runs all of them, and lists them by number.
// FAULT_KILLS sets how often the agent is killed in the longest of them.
import { spawnSync } from 'node:child_process';

const run = (command, args) =>
  spawnSync(command, args, { stdio: 'inherit', cwd: new URL('..', import.meta.url) }).status ?? 1;
if (run('npm', ['run', '--silent', 'build:shipper']) !== 0) {
  console.log('\nbuild:shipper failed\n0 passed, 1 failed');
  process.exit(1);
}
process.exit(
  run('npx', ['jest', '--config', 'tests/faults/jest.config.js', '--maxWorkers=2', ...process.argv.slice(2)])
);
