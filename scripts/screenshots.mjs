// `npm run screenshots`: the pictures of README.md and of the app's plugin page, taken of the built app over a replay.
import { spawnSync } from 'node:child_process';
import { runBundled } from './run-bundled.mjs';

const cwd = new URL('..', import.meta.url).pathname;
for (const step of ['build:shipper', 'build:plugin', 'build:host']) {
  if (spawnSync('npm', ['run', '--silent', step], { stdio: 'inherit', cwd }).status !== 0) {
    console.error(`${step} failed`);
    process.exit(1);
  }
}
await runBundled('tests/browser/pictures.ts');
