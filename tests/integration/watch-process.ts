import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { build } from 'esbuild';
import { until } from '../testkit/until';

const root = path.join(__dirname, '../..');

/** Bundles the command into a program of its own, as the build does for the whole shipper. */
export async function buildWatch(dir: string): Promise<string> {
  const program = path.join(dir, 'watch.cjs');
  const contents = `
    import { watchCommand } from './shipper/commands/watch';
    watchCommand().parseAsync().catch((error) => {
      process.stderr.write('afterlog: ' + error.message + '\\n');
      process.exitCode = error.exitCode ?? 1;
    });`;
  await build({
    stdin: { contents, resolveDir: root, loader: 'ts' },
    outfile: program,
    bundle: true,
    platform: 'node',
    target: 'node20',
    // The program lies outside of the repository, its packages do not.
    packages: 'external',
    logLevel: 'silent',
  });
  return program;
}

/** A watch as a process. */
export class WatchProcess {
  stdout = '';
  stderr = '';
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;

  constructor(program: string, args: string[], env: Record<string, string> = {}) {
    this.child = spawn(process.execPath, [program, ...args], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent', NODE_PATH: path.join(root, 'node_modules'), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.child.stdout?.on('data', (chunk: Buffer) => (this.stdout += chunk.toString()));
    this.child.stderr?.on('data', (chunk: Buffer) => (this.stderr += chunk.toString()));
    this.ended = new Promise((resolve) => this.child.once('exit', resolve));
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /** What it logged, parsed; lines that are no JSON are messages for people. */
  events(): Array<Record<string, unknown>> {
    return this.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  async logged(message: string): Promise<Record<string, unknown>> {
    const find = () => this.events().find(({ msg }) => msg === message);
    await until(`"${message}" in the log:\n${this.stderr}`, () => find() !== undefined);
    return find() ?? {};
  }

  /** Where it serves its state. */
  async url(): Promise<string> {
    return String((await this.logged('serving /metrics, /ready and /healthz')).url);
  }

  async ready(): Promise<{ status: number; body: Record<string, unknown> }> {
    const answer = await fetch(`${await this.url()}/ready`, { headers: { accept: 'application/json' } });
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
  }

  /** @returns the exit code; null where a signal ended it */
  async exit(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) {
      this.child.kill(signal);
    }
    return this.ended;
  }
}
