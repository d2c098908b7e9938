// `npm run test:truth`: holds the answers about logs against simulated worlds whose truth is known (tests/truth/).
//   --runs N   so many container runs (default 10000)
//   --from N   the first seed (default 1)
//   --show N   print so many wrong answers (default 5)
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';

const cwd = new URL('..', import.meta.url).pathname;
await build({
  entryPoints: { truth: 'tests/truth/main.ts' },
  absWorkingDir: cwd,
  outdir: 'build',
  bundle: true,
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
});
process.exit(
  spawnSync(process.execPath, ['build/truth.js', ...process.argv.slice(2)], { stdio: 'inherit', cwd }).status ?? 1
);
