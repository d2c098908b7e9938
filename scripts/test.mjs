// `npm test`: checks the code, builds what the tests run, then runs all of them. The last line is `N passed, N failed`.
import { spawn, spawnSync } from 'node:child_process';
import { performance } from 'node:perf_hooks';

const cwd = new URL('..', import.meta.url);

/** Runs a script of package.json, shows what it says once it has ended, and returns whether it passed. */
function step(name) {
  const child = spawn('npm', ['run', '--silent', name], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const started = performance.now();
  const chunks = [];
  child.stdout.on('data', (chunk) => chunks.push(chunk));
  child.stderr.on('data', (chunk) => chunks.push(chunk));
  return new Promise((resolve) =>
    child.on('close', (code) => {
      process.stdout.write(Buffer.concat(chunks));
      const seconds = ((performance.now() - started) / 1000).toFixed(0);
      console.log(`${name} ${code === 0 ? 'passed' : 'failed'} (${seconds} s)`);
      resolve(code === 0);
    })
  );
}

/** Runs steps one after the other, until one fails. */
async function inOrder(...names) {
  for (const name of names) {
    if (!(await step(name))) {
      return name;
    }
  }
  return null;
}

// Two at a time, as long as each other: a machine of CI has two cores.
const failed = (
  await Promise.all([
    inOrder('lint:code', 'build:shipper'),
    inOrder('typecheck', 'format:check', 'lint:layout', 'lint:dead', 'lint:words'),
  ])
).filter((name) => name !== null);
if (failed.length > 0) {
  console.log(`\n${failed.join(', ')} failed\n0 passed, ${failed.length} failed`);
  process.exit(1);
}
const { status } = spawnSync('npx', ['jest', '--maxWorkers=2', ...process.argv.slice(2)], { stdio: 'inherit', cwd });
process.exit(status ?? 1);
