import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { endProcess } from '../testkit/processes';
import { until } from '../testkit/until';

const program = join(__dirname, '../../bin/afterlog');

/** The environment without what would lead a command to another Loki or cluster. */
const plain = { PATH: process.env.PATH, HOME: '/nonexistent' };

/** A command of the built program that goes on until it is stopped; its log is in a file. */
export class Program {
  private readonly child: ChildProcess;
  private readonly ended: Promise<number | null>;

  constructor(
    readonly log: string,
    private readonly args: readonly string[],
    env: NodeJS.ProcessEnv = {}
  ) {
    const output = openSync(log, 'a');
    this.child = spawn(program, this.args, { env: { ...plain, ...env }, stdio: ['ignore', output, output] });
    closeSync(output);
    this.ended = new Promise((resolve, reject) => {
      this.child.once('exit', resolve);
      this.child.once('error', reject);
    });
  }

  /** The lines of its log with this message. */
  logged(message: string): Array<Record<string, unknown>> {
    return readFileSync(this.log, 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ msg }) => msg === message);
  }

  /** The newest line with this message, as soon as it is there. @throws Error where the program ended before */
  async says(message: string): Promise<Record<string, unknown>> {
    await until(`"${message}" in ${this.log}`, () => {
      if (this.child.exitCode !== null) {
        throw new Error(`afterlog ${this.args[0]} ended: ${readFileSync(this.log, 'utf8')}`);
      }
      return this.logged(message).length > 0;
    });
    return this.logged(message).at(-1) ?? {};
  }

  /** @returns the exit code; null where the signal ended it */
  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    await endProcess(this.child, signal);
    return this.ended;
  }
}

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs a command of the built program to its end. @param onLine takes its standard output instead */
export async function afterlog(loki: string, args: readonly string[], onLine?: (line: string) => void): Promise<Ran> {
  const child = spawn(program, args, { env: { ...plain, LOKI_ADDR: loki }, stdio: ['ignore', 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  const read = createInterface({ input: child.stdout, crlfDelay: Infinity }).on(
    'line',
    onLine ?? ((line) => (stdout += `${line}\n`))
  );
  const drained = new Promise((resolve) => read.once('close', resolve));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  await drained;
  return { code, stdout, stderr };
}
