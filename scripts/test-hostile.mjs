// `npm run test:hostile`: builds the program and runs the hostile scenarios against it, each by name.
import { spawnSync } from 'node:child_process';

const run = (command, args) =>
  spawnSync(command, args, { stdio: 'inherit', cwd: new URL('..', import.meta.url) }).status ?? 1;
if (run('npm', ['run', '--silent', 'build:shipper']) !== 0) {
  console.log('\nbuild:shipper failed\n0 passed, 1 failed');
  process.exit(1);
}
process.exit(
  run('npx', ['jest', '--config', 'jest.hostile.config.js', '--verbose', '--maxWorkers=1', ...process.argv.slice(2)])
);
