// Bundles a bench that is written in TypeScript into a temporary folder, runs its `main`, and removes the folder.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs `bench/<name>/main.ts` with the arguments of this process; the exit code is its own.
 *
 * @param others more programs of that folder, for which `main` gets the folder of the bundles as its first argument
 */
export async function runBundled(name, others = []) {
  const dir = mkdtempSync(path.join(tmpdir(), `afterlog-bench-${name}-`));
  await build({
    entryPoints: Object.fromEntries(['main', ...others].map((program) => [program, `bench/${name}/${program}.ts`])),
    absWorkingDir: root,
    outdir: dir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    packages: 'external',
    logLevel: 'warning',
  });
  const env = { ...process.env, NODE_PATH: path.join(root, 'node_modules') };
  const args = [...(others.length > 0 ? [dir] : []), ...process.argv.slice(2)];
  const main = spawn(process.execPath, [path.join(dir, 'main.js'), ...args], { stdio: 'inherit', env });
  process.exitCode = await new Promise((resolve) => main.once('exit', (code) => resolve(code ?? 1)));
  rmSync(dir, { recursive: true });
}
