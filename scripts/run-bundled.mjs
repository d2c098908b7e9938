// Bundles a program that is written in TypeScript into a temporary folder, runs it, and removes the folder.
import { build } from 'esbuild';
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

/**
 * Runs `main` with the arguments of this process, in the repository's root; the exit code is its own.
 *
 * @param main path of the source from the root
 * @param others more programs, for which `main` gets the folder of the bundles as its first argument
 */
export async function runBundled(main, others = []) {
  const nameOf = (source) => path.basename(source, '.ts');
  const dir = mkdtempSync(path.join(tmpdir(), `afterlog-${nameOf(path.dirname(main))}-`));
  await build({
    entryPoints: Object.fromEntries([main, ...others].map((source) => [nameOf(source), source])),
    absWorkingDir: root,
    outdir: dir,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    logLevel: 'warning',
  });
  const env = { ...process.env, NODE_PATH: path.join(root, 'node_modules') };
  const args = [...(others.length > 0 ? [dir] : []), ...process.argv.slice(2)];
  const child = spawn(process.execPath, [path.join(dir, `${nameOf(main)}.js`), ...args], {
    stdio: 'inherit',
    cwd: root,
    env,
  });
  process.exitCode = await new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
  rmSync(dir, { recursive: true });
}
