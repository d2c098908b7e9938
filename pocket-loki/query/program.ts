import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';

let program: string | undefined;

/** The program of the query processes: beside the bundle of the program that this is a part of. */
export function queryProgram(): string {
  program ??= bundled() ?? built();
  return program;
}

function bundled(): string | undefined {
  const path = join(__dirname, 'query-process.js');
  return existsSync(path) ? path : undefined;
}

/** From the sources, as tests and benchmarks run, it is bundled first; packages are found from where it is put. */
function built(): string {
  const source = join(__dirname, 'query-process.ts');
  if (!existsSync(source)) {
    throw new Error(`no query-process.js in ${__dirname}: a program that answers queries is bundled together with it`);
  }
  const root = join(__dirname, '..', '..');
  const path = join(root, 'node_modules', '.cache', 'afterlog', 'query-process.js');
  const mine = `${path}.${process.pid}`;
  mkdirSync(dirname(path), { recursive: true });
  execFileSync(join(root, 'node_modules', 'esbuild', 'bin', 'esbuild'), [
    source,
    '--bundle',
    '--platform=node',
    '--target=node20',
    '--packages=external',
    '--log-level=warning',
    `--outfile=${mine}`,
  ]);
  // Several test runners do this at once.
  renameSync(mine, path);
  return path;
}
