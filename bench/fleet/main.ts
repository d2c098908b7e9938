// Writes the records of a fleet into a Loki, asks what people ask, and prints what each question costs.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { recordLabels } from '../../model/records';
import { CLUSTER, nodeDay, type Written } from './records';

const { values } = parseArgs({
  options: {
    'loki.url': { type: 'string', default: 'http://127.0.0.1:3100' },
    /** Process id of that Loki, for its CPU seconds. */
    'loki.pid': { type: 'string' },
    nodes: { type: 'string', default: '50' },
    days: { type: 'string', default: '1' },
    /** Ask only: the records are there. */
    'no-write': { type: 'boolean', default: false },
    program: { type: 'string', default: 'build/afterlog.js' },
  },
});
const url = values['loki.url'];
const [nodes, days] = [Number(values.nodes), Number(values.days)];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** The last day ends at the last whole hour. */
const end = Math.floor(Date.now() / HOUR) * HOUR;
const BATCH_BYTES = 2 * 1024 * 1024;

class Stream {
  private entries: Array<[ns: string, line: string, metadata: Record<string, string>]> = [];
  private bytes = 0;
  constructor(private readonly labels: Record<string, string>) {}

  async add({ at, line, metadata }: Written): Promise<void> {
    this.entries.push([`${at}000000`, line, metadata]);
    this.bytes += line.length + 200;
    if (this.bytes > BATCH_BYTES) {
      await this.flush();
    }
  }

  async flush(): Promise<void> {
    if (this.entries.length === 0) {
      return;
    }
    const body = JSON.stringify({ streams: [{ stream: this.labels, values: this.entries }] });
    const headers = { 'content-type': 'application/json' };
    for (;;) {
      const answer = await fetch(`${url}/loki/api/v1/push`, { method: 'POST', headers, body });
      if (answer.status === 204) {
        break;
      }
      const text = await answer.text();
      if (answer.status !== 429 && answer.status < 500) {
        throw new Error(`push: ${answer.status} ${text}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
    this.entries = [];
    this.bytes = 0;
  }
}

/** Hour by hour, as they come: a stream must not be given what is much older than its newest. */
async function write(): Promise<{ records: number; bytes: number }> {
  const streams = new Map<string, Stream>();
  let [records, bytes] = [0, 0];
  for (let day = days; day > 0; day--) {
    const all: Written[][] = Array.from({ length: 30 }, () => []);
    const start = end - day * DAY;
    for (let node = 0; node < nodes; node++) {
      for (const record of nodeDay(node, start)) {
        if (record.at < end) {
          all[Math.min(29, Math.floor((record.at - start) / HOUR))]?.push(record);
        }
      }
    }
    for (const hour of all) {
      hour.sort((a, b) => a.at - b.at);
      for (const record of hour) {
        const labels = recordLabels({ kind: record.kind, cluster: CLUSTER, node: record.node });
        const key = JSON.stringify(labels);
        const stream = streams.get(key) ?? new Stream(labels);
        streams.set(key, stream);
        await stream.add(record);
        records++;
        bytes += record.line.length;
      }
      await Promise.all([...streams.values()].map((stream) => stream.flush()));
    }
  }
  return { records, bytes };
}

/** CPU seconds of a process so far: user and system time, proc(5) `stat`, in hundredths. */
function cpuOf(pid: string | undefined): number {
  if (pid === undefined) {
    return NaN;
  }
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

interface Cost {
  wall: number;
  client: number;
  output: string;
  code: number;
}

/** Runs the built program in a process of its own, whose children's CPU seconds the kernel counts (proc(5) `stat`). */
async function run(args: readonly string[]): Promise<Cost> {
  const began = performance.now();
  const code = `const {spawnSync}=require('node:child_process');
    const r=spawnSync(process.execPath,${JSON.stringify([values.program, ...args, '--loki.url', url])},{encoding:'utf8',maxBuffer:1e9,timeout:300000});
    process.stderr.write(r.stderr.slice(0,300));
    const c=require('node:fs').readFileSync('/proc/self/stat','utf8').replace(/^.*\\) /,'').split(' ');
    console.log(JSON.stringify({code:r.status,lines:r.stdout.split('\\n').length-1,cpu:(Number(c[13])+Number(c[14]))/100}))`;
  const child = spawn(process.execPath, ['-e', code], { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise((resolve) => child.once('close', resolve));
  const told = JSON.parse(text) as { code: number; lines: number; cpu: number };
  const wall = (performance.now() - began) / 1000;
  return { wall, client: told.cpu, output: `${told.lines} lines`, code: told.code };
}

async function main(): Promise<void> {
  if (!values['no-write']) {
    const began = performance.now();
    const { records, bytes } = await write();
    console.log(
      `${nodes} nodes, ${days} days: ${records.toLocaleString('en-US')} records, ${(bytes / 1e6).toFixed(0)} MB of lines, ` +
        `written in ${((performance.now() - began) / 1000).toFixed(0)} s`
    );
  }
  const number = Math.floor(nodes / 2);
  const pod = [...nodeDay(number, end - DAY)].find(
    ({ kind, at, metadata }) => kind === 'container' && metadata.final === 'true' && at > end - DAY / 2 && at < end
  );
  const name = pod?.metadata.pod ?? '';
  const questions: Array<[string, string[]]> = [
    ['`explain POD`, 7 d', ['explain', name]],
    ['`cases`, 24 h, one node', ['cases', '--node', `node-${number}`, '-o', 'jsonl']],
    ['`cases`, 24 h, one namespace of 20', ['cases', '-n', 'team-3', '-o', 'jsonl']],
    ['`cases`, 24 h, all', ['cases', '-o', 'jsonl']],
    ...(days > 1 ? [['`cases`, 7 d, all', ['cases', '--since', '7d', '-o', 'jsonl']] as [string, string[]]] : []),
  ];
  console.log('| question | wall, s | client CPU, s | Loki CPU, s | answer |');
  console.log('|---|---|---|---|---|');
  for (const [question, args] of questions) {
    const cpuBefore = cpuOf(values['loki.pid']);
    const { wall, client, output, code } = await run(args);
    const cpuAfter = cpuOf(values['loki.pid']);
    console.log(
      `| ${question} | ${wall.toFixed(1)} | ${client.toFixed(1)} | ${(cpuAfter - cpuBefore).toFixed(1)} | ` +
        `${output}, exit code ${code} |`
    );
  }
}

void main();
