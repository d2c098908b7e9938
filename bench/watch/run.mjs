// `node bench/watch/run.mjs [--nodes 5000] [--pods 100000] [--changes 200] [--seconds 45]`
// Runs the real `afterlog watch` against a simulated API server and a push target that checks what it gets.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'afterlog-bench-watch-'));
await build({
  entryPoints: { watch: 'bench/watch/watch.ts', cluster: 'bench/watch/cluster.ts', main: 'bench/watch/main.ts' },
  absWorkingDir: root,
  outdir: dir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
const env = { ...process.env, NODE_PATH: path.join(root, 'node_modules') };
const main = spawn(process.execPath, [path.join(dir, 'main.js'), dir, ...process.argv.slice(2)], {
  stdio: 'inherit',
  env,
});
process.exitCode = await new Promise((resolve) => main.once('exit', (code) => resolve(code ?? 1)));
rmSync(dir, { recursive: true });
