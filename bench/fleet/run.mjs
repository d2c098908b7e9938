// `node bench/fleet/run.mjs --loki.url URL [--loki.pid PID] [--nodes 50] [--days 1] [--history 0]`
// Writes the records of a generated fleet into a Loki, asks the built program what people ask, and prints what it costs.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const dir = mkdtempSync(path.join(tmpdir(), 'afterlog-bench-fleet-'));
await build({
  entryPoints: { main: 'bench/fleet/main.ts' },
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
