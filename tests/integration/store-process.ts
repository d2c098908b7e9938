import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';

const root = join(__dirname, '..', '..');

/** The command `afterlog store` by itself, built from the sources as they are. @returns the program's path */
export async function buildStoreProgram(): Promise<string> {
  const outfile = join(await mkdtemp(join(tmpdir(), 'afterlog-store-program-')), 'store.js');
  await build({
    stdin: {
      contents: `
        import { Command } from 'commander';
        import { storeCommand } from './shipper/commands/store';
        new Command('afterlog').addCommand(storeCommand()).parseAsync().catch((error) => {
          process.stderr.write('afterlog: ' + error.message + '\\n');
          process.exitCode = 1;
        });`,
      resolveDir: root,
    },
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    outfile,
  });
  await build({
    entryPoints: [join(root, 'pocket-loki/query/query-process.ts')],
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    packages: 'external',
    outfile: join(dirname(outfile), 'query-process.js'),
  });
  return outfile;
}

export interface StoreProcess {
  child: ChildProcess;
  /** Resolves when it serves, to its address; rejects when it ends before. */
  url: Promise<string>;
  /** What it has written so far. */
  output: () => string;
  ended: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
}

export function startProgram(program: string, args: readonly string[], node = process.execPath): StoreProcess {
  const env = { ...process.env, NODE_PATH: join(root, 'node_modules') };
  const child = spawn(node, [program, 'store', ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  const ended = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal }))
  );
  const url = new Promise<string>((resolve, reject) => {
    const read = (data: Buffer) => {
      output += data.toString();
      const served = /"url":"(http:[^"]+)"/.exec(output)?.[1];
      if (served !== undefined) {
        resolve(served);
      }
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    void ended.then(() => reject(new Error(`the store ended: ${output}`)));
  });
  // Whoever waits for the end does not wait for the address.
  url.catch(() => undefined);
  return { child, url, output: () => output, ended };
}
