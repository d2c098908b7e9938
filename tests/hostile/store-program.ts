import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM, RunningProgram } from '../testkit/processes';

/** `afterlog store` as it is shipped, in a directory of its own. */
export class HostileStore {
  readonly root = mkdtempSync(join(tmpdir(), 'afterlog-hostile-'));
  dir = join(this.root, 'store');
  url = '';
  private process: RunningProgram | undefined;

  async start(...args: string[]): Promise<void> {
    this.process = this.launch(args);
    this.url = String((await this.process.logs('serving')).url);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<void> {
    await this.process?.end(signal);
    this.process = undefined;
  }

  async remove(): Promise<void> {
    await this.stop('SIGKILL');
    rmSync(this.root, { recursive: true, force: true });
  }

  get output(): string {
    return this.process?.stderr ?? '';
  }

  /** How a start ends that is refused. */
  async refusedStart(...args: string[]): Promise<{ code: number | null; output: string }> {
    const refused = this.launch(args);
    const { code } = await refused.ended;
    return { code, output: refused.stderr };
  }

  private launch(args: readonly string[]): RunningProgram {
    const flags = ['--data.dir', this.dir, '--listen', '127.0.0.1:0', ...args];
    return new RunningProgram([process.execPath, PROGRAM, 'store', ...flags]);
  }

  verify(): { code: number | null; output: string } {
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [PROGRAM, 'store', 'verify', '--data.dir', this.dir],
      {
        encoding: 'utf8',
      }
    );
    return { code: status, output: stdout + stderr };
  }

  files(pattern: RegExp): string[] {
    return readdirSync(this.dir)
      .filter((name) => pattern.test(name))
      .map((name) => join(this.dir, name));
  }

  diskBytes(): number {
    return this.files(/./).reduce((sum, file) => sum + statSync(file).size, 0);
  }

  /** Resident memory of the store and its query processes, the most there ever was of each. */
  peakMiB(): number {
    return this.process === undefined ? 0 : peakOf(this.process.pid);
  }

  async push(values: unknown[][], labels: Record<string, string> = { app: 'x' }): Promise<number> {
    const body = JSON.stringify({ streams: [{ stream: labels, values }] });
    return this.send(body, { 'content-type': 'application/json' });
  }

  async send(body: string | Buffer, headers: Record<string, string>): Promise<number> {
    const sent = new Uint8Array(Buffer.from(body));
    return (await fetch(`${this.url}/loki/api/v1/push`, { method: 'POST', body: sent, headers })).status;
  }

  async get(path: string, params: Record<string, string> = {}, timeoutMs = 100_000) {
    const response = await fetch(`${this.url}${path}?${new URLSearchParams(params).toString()}`, {
      signal: AbortSignal.timeout(timeoutMs),
    });
    return { status: response.status, text: await response.text() };
  }

  query(query: string, params: Record<string, string> = {}) {
    return this.get('/loki/api/v1/query', { query, ...params });
  }

  queryRange(query: string, params: Record<string, string> = {}) {
    return this.get('/loki/api/v1/query_range', { query, ...params });
  }

  async count(query = '{app="x"}', range = '168h'): Promise<number> {
    const { text } = await this.query(`sum(count_over_time(${query}[${range}]))`);
    const { data } = JSON.parse(text) as { data: { result: Array<{ value: [number, string] }> } };
    return Number(data.result[0]?.value[1] ?? 0);
  }

  /** Whether the store answers while something else is under way. */
  async isReadyDuring(task: Promise<unknown>): Promise<boolean> {
    let isOver = false;
    void task.finally(() => (isOver = true)).catch(() => undefined);
    do {
      const started = performance.now();
      const { status } = await this.get('/ready', {}, 5_000);
      if (status !== 200 || performance.now() - started > 3_000) {
        return false;
      }
      await new Promise((resolve) => setTimeout(resolve, 50));
    } while (!isOver);
    await task;
    return true;
  }
}

function peakOf(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Number(/VmHWM:\s*(\d+)/.exec(status)?.[1] ?? 0) / 1024;
}

/** `count` values of a push, a millisecond apart, that end now. */
export function lines(count: number, text: (i: number) => string = (i) => `line ${i}`, agoMs = 0): string[][] {
  const end = BigInt(Date.now() - agoMs) * 1_000_000n;
  return Array.from({ length: count }, (_, i) => [`${end - BigInt(count - i) * 1_000_000n}`, text(i)]);
}
