import { spawn } from 'node:child_process';
import { PROGRAM } from './processes';

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

interface RunOptions {
  /** Is told what has been printed so far. */
  onOutput?: (stdout: string, stop: () => void) => void;
  input?: string;
  env?: NodeJS.ProcessEnv;
  /** Closes the standard output after the first bytes, as `| head` does. */
  head?: boolean;
  /** The Node.js that runs it. */
  node?: string;
}

/** Runs the built program, without the environment's own Loki. */
export function afterlog(
  args: string[],
  { input = '', env = {}, head = false, node = process.execPath, onOutput }: RunOptions = {}
): Promise<Ran> {
  const child = spawn(node, [PROGRAM, ...args], { env: { PATH: process.env.PATH, ...env } });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    onOutput?.(stdout, () => child.kill('SIGINT'));
    if (head) {
      child.stdout.destroy();
    }
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  child.stdin.end(input);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
}
