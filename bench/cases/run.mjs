// `node bench/cases/run.mjs --loki.url URL [--end TIME] [--hours 24] [--rounds 5]`
// Works out the cases of a fleet that `bench:fleet --no-ask` has written, and prints what that costs the leader of the watch.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'afterlog-bench-cases-'));
await build({
  entryPoints: { main: 'bench/cases/main.ts' },
  absWorkingDir: root,
  outdir: dir,
  bundle: true,
  platform: 'node',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
});
const env = { ...process.env, NODE_PATH: path.join(root, 'node_modules') };
const main = spawn(process.execPath, [path.join(dir, 'main.js'), ...process.argv.slice(2)], {
  stdio: 'inherit',
  env,
});
process.exitCode = await new Promise((resolve) => main.once('exit', (code) => resolve(code ?? 1)));
rmSync(dir, { recursive: true });
