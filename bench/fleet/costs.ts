import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** CPU seconds of a process so far: user and system time, proc(5) `stat`, in hundredths. NaN where there is no process id. */
export function cpuOf(pid: string | undefined): number {
  if (pid === undefined) {
    return NaN;
  }
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Passes requests on to a Loki and counts them, and the bytes that Loki says it read for them. */
export class CountingProxy {
  queries = 0;
  bytes = 0;
  /** What was asked, with the bytes that Loki read for it and how long it took; the newest last. */
  readonly asked: Array<{ query: string; bytes: number; ms: number }> = [];

  private constructor(
    private readonly server: Server,
    readonly url: string
  ) {}

  static async start(target: string): Promise<CountingProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const proxy = new CountingProxy(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    server.on('request', (incoming, outgoing) => {
      const headers = { ...incoming.headers, 'accept-encoding': 'identity' };
      const [url, began] = [new URL(incoming.url ?? '/', target), performance.now()];
      const passed = request(url, { method: incoming.method, headers }, (answer) => {
        outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
        proxy.queries++;
        let tail = '';
        answer.on('data', (chunk: Buffer) => {
          // The statistics come last.
          tail = (tail + chunk.toString('latin1')).slice(-20_000);
          outgoing.write(chunk);
        });
        answer.on('end', () => {
          const bytes = Number(/"totalBytesProcessed":\s*(\d+)/.exec(tail)?.[1] ?? 0);
          proxy.bytes += bytes;
          proxy.asked.push({ query: describe(url), bytes, ms: performance.now() - began });
          outgoing.end();
        });
      });
      passed.on('error', () => outgoing.destroy());
      incoming.pipe(passed);
    });
    return proxy;
  }

  /** Forgets what was asked so far, and prints it if it is wanted, what read most first. */
  printAsked(isWanted: boolean): void {
    const asked = this.asked.splice(0).sort((a, b) => b.bytes - a.bytes);
    if (isWanted) {
      asked.forEach(({ query, bytes, ms }) => console.log(`${bytes}\t${ms.toFixed(0)} ms\t${query}`));
    }
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A query with how long before its end it begins, and how many entries it asks for. */
function describe({ pathname, searchParams }: URL): string {
  const [query, start, end, limit] = ['query', 'start', 'end', 'limit'].map((name) => searchParams.get(name) ?? '');
  const hours = (Number(end) - Number(start)) / 3.6e12;
  return `${pathname} ${hours.toFixed(2)} h, limit ${limit ?? ''}: ${query ?? ''}`;
}

export interface Cost<T> {
  /** Seconds; CPU seconds of Loki. */
  wall: number;
  loki: number;
  /** That Loki read. */
  bytes: number;
  queries: number;
  result: T;
}

/** What a question costs. @param lokiCpu CPU seconds of Loki so far */
export async function costOf<T>(proxy: CountingProxy, lokiCpu: () => number, ask: () => Promise<T>): Promise<Cost<T>> {
  const [cpu, bytes, queries, began] = [lokiCpu(), proxy.bytes, proxy.queries, performance.now()];
  const result = await ask();
  return {
    ...{ wall: (performance.now() - began) / 1000, loki: lokiCpu() - cpu, result },
    ...{ bytes: proxy.bytes - bytes, queries: proxy.queries - queries },
  };
}

export interface Run {
  cpu: number;
  memoryMib: number;
  lines: number;
  code: number | null;
}

const TIMEOUT_MS = 300_000;
/** Writes what the process used into a file when it ends: getrusage(2). */
const PRELOAD = `process.on('exit', () => {
  const { userCPUTime, systemCPUTime, maxRSS } = process.resourceUsage();
  require('node:fs').writeFileSync(process.env.BENCH_USAGE, JSON.stringify({ cpu: (userCPUTime + systemCPUTime) / 1e6, maxRSS }));
});`;

/** Runs the program as a user does, in a process of its own, against a Loki. @param program an executable file */
export async function runProgram(program: string, args: readonly string[], url: string): Promise<Run> {
  const dir = mkdtempSync(path.join(tmpdir(), 'afterlog-bench-run-'));
  const [preload, usage] = [path.join(dir, 'preload.cjs'), path.join(dir, 'usage.json')];
  writeFileSync(preload, PRELOAD);
  const child = spawn(program, [...args, '--loki.url', url], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_OPTIONS: `--require ${preload}`, BENCH_USAGE: usage },
  });
  let [lines, problem] = [0, ''];
  child.stdout.on('data', (chunk: Buffer) => {
    for (const byte of chunk) {
      lines += byte === 10 ? 1 : 0;
    }
  });
  child.stderr.on('data', (chunk: Buffer) => (problem = (problem + chunk.toString()).slice(0, 300)));
  const timer = setTimeout(() => child.kill('SIGKILL'), TIMEOUT_MS);
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  clearTimeout(timer);
  if (code !== 0) {
    console.error(problem.trim());
  }
  let used = { cpu: NaN, maxRSS: NaN };
  try {
    used = JSON.parse(readFileSync(usage, 'utf8')) as typeof used;
  } catch {
    // It was ended: what it used nobody knows.
  }
  rmSync(dir, { recursive: true });
  return { cpu: used.cpu, memoryMib: used.maxRSS / 1024, lines, code };
}
