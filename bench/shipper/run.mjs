// `npm run bench:shipper`: lines per CPU second and peak memory of the agent, against a sink that only counts.
// CPU time is that of the agent's process (user and system), read from /proc; the sink is another process.
import { fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeLogs, writeSteadily } from './node-logs.mjs';

const program = fileURLToPath(new URL('../../bin/afterlog', import.meta.url));
const TICKS = 100; // USER_HZ of Linux
const total = Number(process.argv[2] ?? 1_000_000);

// A run that takes so long is broken.
setTimeout(() => {
  console.error('bench: no end after 10 minutes');
  process.exit(1);
}, 600_000).unref();

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function withSink(run) {
  const sink = fork(new URL('./sink.mjs', import.meta.url));
  const port = await new Promise((resolve) => sink.once('message', resolve));
  const url = `http://127.0.0.1:${port}`;
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-bench-'));
  try {
    return await run({ url, dir, counts: async () => (await fetch(`${url}/counts`)).json() });
  } finally {
    sink.disconnect();
    rmSync(dir, { recursive: true, force: true });
  }
}

function startAgent({ url, dir }, ...flags) {
  const logs = join(dir, 'pods');
  const common = [
    '--loki.url',
    url,
    '--logs.dir',
    logs,
    '--containers.dir',
    join(dir, 'containers'),
    '--state.dir',
    join(dir, 'state'),
  ];
  const agent = spawn(
    program,
    ['agent', ...common, '--node.name', 'bench', '--listen', '', '--log.level', 'error', ...flags],
    {
      stdio: ['ignore', 'ignore', 'inherit'],
    }
  );
  return { agent, usage: () => usageOf(agent.pid), ended: new Promise((resolve) => agent.once('exit', resolve)) };
}

function usageOf(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    const peak = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return { cpu: (Number(fields[11]) + Number(fields[12])) / TICKS, rssMiB: Number(peak ?? 0) / 1024 };
  } catch {
    return null; // ended
  }
}

/** Ships `total` lines in `files` files that are there already, at full speed. */
async function saturation(files) {
  return withSink(async (sink) => {
    const lines = writeLogs(join(sink.dir, 'pods'), files, total);
    const { agent, usage } = startAgent(sink);
    let last = usage();
    while ((await sink.counts()).entries < lines) {
      last = usage() ?? last;
      await sleep(20);
    }
    last = usage() ?? last;
    agent.kill('SIGKILL');
    return {
      what: `${lines} lines in ${files} file${files > 1 ? 's' : ''}`,
      'lines/CPU s': Math.round(lines / last.cpu),
      'CPU s': last.cpu,
      'peak RSS MiB': Math.round(last.rssMiB),
    };
  });
}

/** 10,000 lines a second over `files` growing files. */
async function steady(files, perSecond = 10_000, seconds = 20) {
  return withSink(async (sink) => {
    writeLogs(join(sink.dir, 'pods'), files, files);
    const { agent, usage } = startAgent(sink);
    await sleep(3000);
    const before = usage();
    const begin = performance.now();
    const lines = files + (await writeSteadily(join(sink.dir, 'pods'), files, perSecond, seconds));
    while ((await sink.counts()).entries < lines) {
      await sleep(20);
    }
    const after = usage();
    const cores = (after.cpu - before.cpu) / ((performance.now() - begin) / 1000);
    agent.kill('SIGKILL');
    return {
      what: `${perSecond} lines/s over ${files} files`,
      cores: Number(cores.toFixed(3)),
      'peak RSS MiB': Math.round(after.rssMiB),
    };
  });
}

console.table([await saturation(1), await saturation(100), await saturation(1000)]);
console.table([await steady(10), await steady(100)]);
