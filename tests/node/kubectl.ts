import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type * as z from 'zod';
import type { Environment } from './environment';

const run = promisify(execFile);
/** Between two questions about the node: what is waited for takes seconds, and each question may cost a process. */
export const POLL_MS = 500;
const MAX_OUTPUT = 256 * 1024 * 1024;

/** kubectl and the kit, as the administrator of the real node. */
export class Kubectl {
  readonly program: string;

  constructor(private readonly environment: Environment) {
    this.program = join(environment.KUBE_BIN, 'kubectl');
  }

  /** @returns the standard output @throws Error with what kubectl said, where it fails */
  async run(...args: string[]): Promise<string> {
    return (await run(this.program, args, { maxBuffer: MAX_OUTPUT })).stdout;
  }

  async json<T>(schema: z.ZodType<T>, ...args: string[]): Promise<T> {
    return schema.parse(JSON.parse(await this.run(...args, '-o', 'json')));
  }

  async create(object: object): Promise<void> {
    const running = run(this.program, ['create', '-f', '-']);
    running.child.stdin?.end(JSON.stringify(object));
    await running;
  }

  /** Creates what stands in one of the kit's files of Jobs. */
  async applyJobs(file: string): Promise<void> {
    await this.run('apply', '-f', join(this.environment.REAL_NODE, 'jobs', file));
  }

  /** Brings back the images that a reclaim removed. */
  async importImages(): Promise<void> {
    await run(join(this.environment.REAL_NODE, 'node.sh'), ['images', this.environment.NODE_DIR]);
  }
}
