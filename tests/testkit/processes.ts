import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { until } from './until';

/** The built program (`npm run build:shipper`), from the repository's root, in which tests and scripts run. */
export const PROGRAM = resolve('build/afterlog.js');

/** How a process ended. */
export interface End {
  /** null where a signal ended it. */
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** A program that goes on until it is ended, and what it writes. */
export class RunningProgram {
  stdout = '';
  stderr = '';
  /** Resolves when it ended and all that it wrote is here; rejects where it could not be started. */
  readonly ended: Promise<End>;
  private readonly child: ChildProcess;

  /** @param env instead of this process's: what leads a command to another Loki or cluster is not passed on */
  constructor(command: readonly string[], env: NodeJS.ProcessEnv = {}) {
    const [file = '', ...args] = command;
    const plain = { PATH: process.env.PATH, HOME: '/nonexistent' };
    this.child = spawn(file, args, { env: { ...plain, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.child.stdout?.setEncoding('utf8').on('data', (text: string) => (this.stdout += text));
    this.child.stderr?.setEncoding('utf8').on('data', (text: string) => (this.stderr += text));
    this.ended = new Promise((resolve, reject) => {
      this.child.once('error', reject);
      this.child.once('close', (code, signal) => resolve({ code, signal }));
    });
    this.ended.catch(() => undefined); // whoever waits for something else
  }

  get pid(): number {
    return this.child.pid ?? -1;
  }

  get isRunning(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null && this.child.pid !== undefined;
  }

  /** What it logged, parsed; lines that are no JSON are messages for people. */
  events(): Array<Record<string, unknown>> {
    return this.stderr
      .split('\n')
      .filter((line) => line.startsWith('{'))
      .map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  /** Waits until it has written this. @returns all it has written @throws Error with that where it ended before */
  async writes(text: string | RegExp): Promise<string> {
    const output = () => this.stdout + this.stderr;
    const hasIt = () => (typeof text === 'string' ? output().includes(text) : text.test(output()));
    await until(`${text} in the output of ${this.child.spawnargs.join(' ')}`, () => hasIt() || !this.isRunning);
    if (!hasIt()) {
      await this.ended;
    }
    if (!hasIt()) {
      throw new Error(`it ended: ${output()}`);
    }
    return output();
  }

  /** Waits for the log line with this message. @returns the first */
  async logs(message: string): Promise<Record<string, unknown>> {
    await this.writes(JSON.stringify(message));
    const line = () => this.events().find(({ msg }) => msg === message);
    await until(`"${message}" in the log`, () => line() !== undefined);
    return line() ?? {};
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** Ends it, where it still runs. @returns the exit code; null where the signal ended it */
  async end(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    await endProcess(this.child, signal);
    return (await this.ended).code;
  }
}

/** Sends a process a signal, where it still runs, and waits for its end; SIGKILL follows where it takes too long. */
export async function endProcess(
  child: ChildProcess | undefined,
  signal: NodeJS.Signals = 'SIGTERM',
  patienceMs = 60_000
): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
    return;
  }
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill(signal);
  const giveUp = setTimeout(() => child.kill('SIGKILL'), patienceMs);
  await exit;
  clearTimeout(giveUp);
}
