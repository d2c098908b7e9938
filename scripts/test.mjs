// `npm test`: builds what the tests run, then runs all of them. The last line is `N passed, N failed`.
import { spawnSync } from 'node:child_process';

const run = (command, args) =>
  spawnSync(command, args, { stdio: 'inherit', cwd: new URL('..', import.meta.url) }).status ?? 1;
for (const step of ['typecheck', 'lint', 'format:check', 'build:shipper']) {
  if (run('npm', ['run', '--silent', step]) !== 0) {
    console.log(`\n${step} failed\n0 passed, 1 failed`);
    process.exit(1);
  }
}
process.exit(run('npx', ['jest', '--maxWorkers=2', ...process.argv.slice(2)]));
