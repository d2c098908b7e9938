// `npm run test:world`: plays worlds by their seeds against the built agent (tests/world/).
//   --seeds N      so many seeds (default 20), from --from (default 1)
//   --seed N       this one only; --verbose prints its script and the agent's log
//   --jobs N       worlds at a time (default 4)
//   --no-shrink    do not make failing worlds smaller
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const cwd = new URL('..', import.meta.url).pathname;
const run = (command, args) => spawnSync(command, args, { stdio: 'inherit', cwd }).status ?? 1;
if (run('npm', ['run', '--silent', 'build:shipper']) !== 0) {
  console.log('\nbuild:shipper failed\n0 passed, 1 failed');
  process.exit(1);
}
const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
await build({
  entryPoints: { world: 'tests/world/main.ts' },
  absWorkingDir: cwd,
  outdir: 'build',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  external: Object.keys(dependencies),
  sourcemap: 'inline',
  logLevel: 'warning',
});
process.exit(run(process.execPath, ['--enable-source-maps', 'build/world.js', ...process.argv.slice(2)]));
