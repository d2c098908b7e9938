import { type ChildProcess, fork, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { jobUid, podUid } from './objects';
import { Sink } from './sink';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    nodes: { type: 'string', default: '5000' },
    pods: { type: 'string', default: '100000' },
    changes: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '20' },
  },
});
const dir = positionals[0] ?? '.';
const seconds = Number(values.seconds);
const podLists = 'afterlog_watch_relists_total{collection="pods"}';
const TICKS_PER_SECOND = 100;
/** What is due later than this after it happened counts as missed. */
const SETTLE_SECONDS = 20;

const happenedSchema = z.object({
  sent: z.number(),
  endedPods: z.array(z.number()),
  endedJobs: z.array(z.number()),
  deletedPods: z.array(z.number()),
  deletedJobs: z.array(z.number()),
});

const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms));

/** CPU time in seconds and resident memory in MiB of a process. */
function usage(pid: number): { cpu: number; rss: number; peak: number } {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ')
    .map(Number);
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const memory = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1] ?? 0) / 1024;
  return {
    cpu: ((fields[11] ?? 0) + (fields[12] ?? 0)) / TICKS_PER_SECOND,
    rss: memory('VmRSS'),
    peak: memory('VmHWM'),
  };
}

function answer(child: ChildProcess): Promise<unknown> {
  return new Promise((resolve) => child.once('message', resolve));
}

interface Row {
  phase: string;
  seconds: number;
  cores: number;
  rss: number;
  records: number;
}

async function main(): Promise<void> {
  const sink = new Sink();
  const loki = await sink.listen();
  const cluster = fork(path.join(dir, 'cluster.js'), [values.nodes, values.pods, values.changes]);
  const { url } = z.object({ url: z.string() }).parse(await answer(cluster));
  const kubeconfig = path.join(dir, 'kubeconfig');
  const config = {
    'current-context': 'x',
    clusters: [{ name: 'x', cluster: { server: url } }],
    contexts: [{ name: 'x', context: { cluster: 'x', user: 'x' } }],
  };
  writeFileSync(kubeconfig, JSON.stringify(config));
  const args = ['--kubeconfig', kubeconfig, '--loki.url', loki, '--listen', '127.0.0.1:0', '--log.level', 'info'];
  const watch = spawn(process.execPath, [...process.execArgv, path.join(dir, 'watch.js'), ...args], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  const pid = watch.pid ?? 0;
  let log = '';
  let ended = false;
  watch.once('exit', () => (ended = true));
  process.once('exit', () => {
    watch.kill('SIGKILL');
    cluster.kill('SIGKILL');
  });
  watch.stderr.on('data', (chunk: Buffer) => (log += chunk.toString()));

  async function metric(name: string): Promise<number> {
    const address = /"url":"(http:[^"]+)"/.exec(log)?.[1];
    if (address === undefined) {
      return 0;
    }
    const text = await (await fetch(`${address}/metrics`)).text();
    const found = text.split('\n').filter((line) => line.startsWith(name));
    return found.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
  }

  const rows: Row[] = [];
  async function measure(phase: string, during: () => Promise<void>): Promise<void> {
    const [began, before, records] = [Date.now(), usage(pid), sink.total];
    let rss = 0;
    const sampling = setInterval(() => (rss = Math.max(rss, usage(pid).rss)), 200);
    await during();
    clearInterval(sampling);
    const after = usage(pid);
    const took = (Date.now() - began) / 1000;
    rows.push({
      phase,
      seconds: took,
      cores: (after.cpu - before.cpu) / took,
      rss: Math.max(rss, after.rss),
      records: sink.total - records,
    });
  }

  async function until(what: string, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = Date.now() + 120_000;
    while (!(await isSo())) {
      if (ended || Date.now() > deadline) {
        throw new Error(`waited in vain: ${what}\n${log.slice(-2000)}`);
      }
      await sleep(250);
    }
  }

  await measure('first list', async () => {
    await until(
      'the first list',
      async () => (await metric('afterlog_watch_objects{kind="pods"}')) >= Number(values.pods)
    );
    await until(
      'its records',
      async () => sink.total >= Number(values.pods) && (await metric('afterlog_watch_waiting')) < 100
    );
  });
  cluster.send('live');
  await measure('changes', () => sleep(seconds * 1000));
  const lists = await metric(podLists);
  await measure('forced relist', async () => {
    cluster.send('forget');
    await until('another list', async () => (await metric(podLists)) > lists);
    await sleep(5000);
  });
  await measure('changes after it', () => sleep((seconds / 3) * 1000));
  cluster.send('rest');
  const happened = happenedSchema.parse(await answer(cluster));
  await measure('at rest', () => sleep(SETTLE_SECONDS * 1000));
  const relists = await metric('afterlog_watch_relists_total');
  const { peak } = usage(pid);
  watch.kill('SIGTERM');
  await new Promise((resolve) => watch.once('exit', resolve));
  cluster.kill();
  sink.close();

  const missing = (indexes: number[], uid: (index: number) => string, there: Set<string>) =>
    indexes.filter((index) => !there.has(uid(index))).length;
  const missed = {
    'ended pods': missing(happened.endedPods, podUid, sink.final),
    'ended Jobs': missing(happened.endedJobs, jobUid, sink.final),
    'deleted Jobs': missing(happened.deletedJobs, jobUid, sink.deleted),
    'deleted pods':
      happened.deletedPods.length -
      sink.wentAlong -
      happened.deletedPods.filter((index) => sink.deleted.has(podUid(index))).length,
  };

  const table = [
    ['phase', 'seconds', 'cores', 'RSS max MiB', 'records'],
    ...rows.map(({ phase, seconds: took, cores, rss, records }) => [
      phase,
      took.toFixed(1),
      cores.toFixed(2),
      rss.toFixed(0),
      String(records),
    ]),
  ];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => (row[column] ?? '').length)));
  const lines = table.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  ')
  );
  console.log(
    `${values.nodes} nodes, ${values.pods} pods, ${values.changes} pod changes a second\n\n${lines.join('\n')}\n`
  );
  console.log(
    `peak RSS ${peak.toFixed(0)} MiB; ${happened.sent} pod changes sent; ${sink.total} records, ${(sink.bytes / 1024 / 1024).toFixed(1)} MiB; ${relists} forced relists`
  );
  console.log(
    `missed: ${Object.entries(missed)
      .map(([what, count]) => `${count} ${what}`)
      .join(', ')}`
  );
  process.exitCode = Object.values(missed).every((count) => count === 0) ? 0 : 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
