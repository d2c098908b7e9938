// `npm run texts`: prints every text that users read, English and Japanese side by side (tests/texts/).
import { build } from 'esbuild';
import { spawnSync } from 'node:child_process';

const cwd = new URL('..', import.meta.url).pathname;
await build({
  entryPoints: { texts: 'tests/texts/main.ts' },
  absWorkingDir: cwd,
  outdir: 'build',
  bundle: true,
  packages: 'external',
  platform: 'node',
  target: 'node20',
  format: 'cjs',
  logLevel: 'warning',
});
process.exit(spawnSync(process.execPath, ['build/texts.js'], { stdio: 'inherit', cwd }).status ?? 1);
