// Writes what a capacity review reads of a fleet into a Loki, asks for reviews, and prints what each costs.
import { parseArgs } from 'node:util';
import { CapacityReader } from '../../model/capacity';
import { capacitySource } from '../../shipper/capacity/capacity-source';
import { CaseList } from '../../shipper/cases/case-list';
import { connectLoki } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { costOf, CountingProxy, cpuOf, runProgram } from '../fleet/costs';
import { FleetDays } from './records';
import { startOfDay, writeDay } from '../fleet/write';

const { values } = parseArgs({
  options: {
    'loki.url': { type: 'string', default: 'http://127.0.0.1:3100' },
    /** Process id of that Loki, for its CPU seconds. */
    'loki.pid': { type: 'string' },
    nodes: { type: 'string', default: '50' },
    /** Whole days before today that are reviewed. */
    days: { type: 'string', default: '30' },
    /** Write this day only, 0 is today: a long writing in pieces, the oldest first. */
    'only-day': { type: 'string' },
    /** When the records end, RFC 3339. Default: the last whole hour. */
    end: { type: 'string' },
    /** Ask only: the records are there. */
    'no-write': { type: 'boolean', default: false },
    /** Write only. */
    'no-ask': { type: 'boolean', default: false },
    /** Ask only what has this in its name; `parts` is how long the parts of a review take. */
    only: { type: 'string', default: '' },
    /** Print what was asked of Loki for each review, what read most first. */
    queries: { type: 'boolean', default: false },
    program: { type: 'string', default: 'bin/afterlog' },
  },
});
const [url, pid] = [values['loki.url'], values['loki.pid']];
const [nodes, days] = [Number(values.nodes), Number(values.days)];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const end = values.end === undefined ? Math.floor(Date.now() / HOUR) * HOUR : Date.parse(values.end);
const start = startOfDay(end) - days * DAY;
/** What a review reads of all days; samples and settings of the last two only. */
const SUMMARIES = ['rollup', 'case', 'gc', 'watch'];
const RECENT = [...SUMMARIES, 'disk', 'heartbeat', 'thresholds', 'node'];

async function write(): Promise<void> {
  const only = values['only-day'];
  const fleet = new FleetDays();
  for (let back = days; back >= 0; back--) {
    if (only !== undefined && Number(only) !== back) {
      continue;
    }
    const began = performance.now();
    const day = startOfDay(end) - back * DAY;
    const kinds = new Set(back > 1 ? SUMMARIES : RECENT);
    const { records, bytes } = await writeDay({ url, nodes, start, end }, day, kinds, fleet.of);
    console.log(
      `${nodes} nodes, ${new Date(day).toISOString().slice(0, 10)}: ${records.toLocaleString('en-US')} records, ` +
        `${(bytes / 1e6).toFixed(0)} MB, written in ${((performance.now() - began) / 1000).toFixed(0)} s`
    );
  }
}

const range = (ms: number) => ['--from', new Date(end - ms).toISOString(), '--to', new Date(end).toISOString()];

/** What is asked of the program. */
const questions = [
  { question: `${days} d, by node`, args: range(days * DAY) },
  { question: `${days} d, by Job family`, args: ['--by', 'job', ...range(days * DAY)] },
  { question: `${days} d, one node`, args: ['--node', `node-${Math.floor(nodes / 2)}`, ...range(days * DAY)] },
  { question: '7 d, by node', args: range(7 * DAY) },
  { question: '24 h, by node', args: range(DAY) },
];

/** Seconds until there are headroom and fill rates, until the counts of the range, and of the period before. */
async function partTimes(proxyUrl: string): Promise<number[]> {
  const connection = connectLoki({ url: proxyUrl });
  const client = new QueryClient(connection);
  const { signal } = new AbortController();
  const source = capacitySource(client, new CaseList(client, signal), {}, signal);
  const window = { from: end - days * DAY, to: end, recordsTo: end, now: end };
  const began = performance.now();
  const times: number[] = [];
  for await (const _ of new CapacityReader(source, () => undefined).read({}, window, 'most')) {
    times.push((performance.now() - began) / 1000);
  }
  await connection.close();
  return times;
}

async function ask(): Promise<void> {
  const proxy = await CountingProxy.start(url);
  try {
    if ('parts'.includes(values.only)) {
      const [first, counts, all] = await partTimes(proxy.url);
      console.log(
        `${days} d: headroom after ${first?.toFixed(1)} s, counts after ${counts?.toFixed(1)} s, ` +
          `the comparison after ${all?.toFixed(1)} s`
      );
      proxy.printAsked(values.queries);
    }
    console.log(
      '| review | wall, s | Loki CPU, s | Loki read, MB | queries | client CPU, s | client memory, MiB | lines |'
    );
    console.log('|---|---|---|---|---|---|---|---|');
    for (const { question, args } of questions.filter((one) => one.question.includes(values.only))) {
      const cost = await costOf(
        proxy,
        () => cpuOf(pid),
        () => runProgram(values.program, ['capacity', ...args], proxy.url)
      );
      const { cpu, memoryMib, lines } = cost.result;
      console.log(
        `| ${question} | ${cost.wall.toFixed(1)} | ${cost.loki.toFixed(1)} | ${(cost.bytes / 1e6).toFixed(0)} | ` +
          `${cost.queries} | ${cpu.toFixed(1)} | ${memoryMib.toFixed(0)} | ${lines} |`
      );
      proxy.printAsked(values.queries);
    }
  } finally {
    await proxy.close();
  }
}

async function main(): Promise<void> {
  if (!values['no-write']) {
    await write();
  }
  if (!values['no-ask']) {
    await ask();
  }
}

void main();
