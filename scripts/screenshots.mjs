// `npm run screenshots`: the pictures of README.md and of the app's plugin page, taken of the built app over a replay.
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';

const cwd = new URL('..', import.meta.url).pathname;
for (const step of ['build:shipper', 'build:plugin', 'build:host']) {
  if (spawnSync('npm', ['run', '--silent', step], { stdio: 'inherit', cwd }).status !== 0) {
    console.error(`${step} failed`);
    process.exit(1);
  }
}
await build({
  entryPoints: { pictures: 'tests/browser/pictures.ts' },
  absWorkingDir: cwd,
  outdir: 'build',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  packages: 'external',
  logLevel: 'warning',
});
process.exit(spawnSync(process.execPath, ['build/pictures.js'], { stdio: 'inherit', cwd }).status ?? 1);
