// Writes the records of a fleet into a Loki, asks what people ask, and prints what each question costs.
import { parseArgs } from 'node:util';
import { caseCountQuery, caseQuery } from '../../model/case-records';
import { connectLoki } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { costOf, CountingProxy, cpuOf, runProgram } from './costs';
import { CLUSTER, nodeDay, type Written } from './records';
import { TimelinePage } from './timeline';
import { flushChunks, startOfDay, writeDay, writeLog } from './write';

const { values } = parseArgs({
  options: {
    'loki.url': { type: 'string', default: 'http://127.0.0.1:3100' },
    /** Process id of that Loki, for its CPU seconds. */
    'loki.pid': { type: 'string' },
    nodes: { type: 'string', default: '50' },
    /** Whole days before today; today is written up to the last whole hour. */
    days: { type: 'string', default: '1' },
    /** Days before those of which only rollups and cases are written. */
    history: { type: 'string', default: '0' },
    /** Write this day only, 0 is today: a long writing in pieces, the oldest first. */
    'only-day': { type: 'string' },
    /** When the records end, RFC 3339. Default: the last whole hour. */
    end: { type: 'string' },
    /** Ask only: the records are there. */
    'no-write': { type: 'boolean', default: false },
    /** Write these kinds only, separated by commas. */
    kinds: { type: 'string' },
    /** Write only. */
    'no-ask': { type: 'boolean', default: false },
    /** Ask only what has this in its name. */
    only: { type: 'string', default: '' },
    /** Print what was asked of Loki for each question, what read most first. */
    queries: { type: 'boolean', default: false },
    program: { type: 'string', default: 'bin/afterlog' },
  },
});
const url = values['loki.url'];
const pid = values['loki.pid'];
const [nodes, days, history] = [Number(values.nodes), Number(values.days), Number(values.history)];
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const end = values.end === undefined ? Math.floor(Date.now() / HOUR) * HOUR : Date.parse(values.end);
const start = startOfDay(end) - (days + history) * DAY;
const SUMMARIES: ReadonlySet<string> = new Set(['rollup', 'case']);

async function write(): Promise<void> {
  const only = values['only-day'];
  for (let back = days + history; back >= 0; back--) {
    if (only !== undefined && Number(only) !== back) {
      continue;
    }
    const began = performance.now();
    const kinds = values.kinds ? new Set(values.kinds.split(',')) : back > days ? SUMMARIES : undefined;
    const { records, bytes } = await writeDay({ url, nodes, start, end }, startOfDay(end) - back * DAY, kinds);
    console.log(
      `${nodes} nodes, ${new Date(startOfDay(end) - back * DAY).toISOString().slice(0, 10)}${kinds ? ', summaries' : ''}: ` +
        `${records.toLocaleString('en-US')} records, ${(bytes / 1e6).toFixed(0)} MB, ` +
        `written in ${((performance.now() - began) / 1000).toFixed(0)} s`
    );
  }
  await flushChunks(url);
}

/** The container run that is asked for. */
function oneRun(): Written | undefined {
  const dayStart = startOfDay(end) - DAY;
  return nodeDay(Math.floor(nodes / 2), dayStart).find(
    ({ kind, at, metadata }) => kind === 'container' && metadata.final === 'true' && at > dayStart + DAY / 2
  );
}

/** What is asked of the program, with the goal of the fleet issue for 500 nodes. */
function programQuestions(pod: Written | undefined): Array<{ question: string; goal: string; args: string[] }> {
  const number = Math.floor(nodes / 2);
  const { pod: name = '', container_id: id = '', job = '', namespace = '' } = pod?.metadata ?? {};
  const range = (ms: number) => ['--from', new Date(end - ms).toISOString(), '--to', new Date(end).toISOString()];
  return [
    { question: '`explain POD`, 7 d', goal: '1 s, 50 MB read', args: ['explain', name, '-n', namespace] },
    { question: '`explain` by container id', goal: '1 s', args: ['explain', id] },
    { question: "`explain` by the id's first 12 digits", goal: '1 s', args: ['explain', id.slice(0, 12)] },
    { question: '`explain job/JOB`', goal: '1 s', args: ['explain', `job/${job}`, '-n', namespace] },
    { question: '`logs POD`, 7 d', goal: '1 s, 50 MB read', args: ['logs', name, '-n', namespace] },
    {
      question: '`cases`, 24 h, one node',
      goal: '2 s, 100 MB client',
      args: ['cases', '--node', `node-${number}`, ...range(DAY)],
    },
    {
      question: '`cases`, 24 h, one namespace of 20',
      goal: '2 s, 100 MB client',
      args: ['cases', '-n', 'team-3', ...range(DAY)],
    },
    {
      question: '`cases`, 24 h, all',
      goal: '2 s, 100 MB client',
      args: ['cases', ...range(DAY)],
    },
    {
      question: '`cases`, 7 d, one namespace',
      goal: '2 s, 100 MB client',
      args: ['cases', '-n', 'team-3', ...range(7 * DAY)],
    },
    {
      question: '`cases`, 24 h, one namespace, with what each rests on',
      goal: '–',
      args: ['cases', '-n', 'team-3', '-o', 'jsonl', ...range(DAY)],
    },
  ];
}

const COUNTED_DAYS = 28;

/** Counts the cases of four weeks by something, a query a day, as readers do. @returns how many there are */
async function countCases(lokiUrl: string, by: readonly string[]): Promise<number> {
  const connection = connectLoki({ url: lokiUrl });
  try {
    const client = new QueryClient(connection);
    const query = caseCountQuery(caseQuery(CLUSTER, {}), by, '24h');
    const days = Array.from({ length: COUNTED_DAYS }, (_, back) => BigInt(startOfDay(end) - back * DAY) * 1_000_000n);
    const samples = await Promise.all(days.map((day) => client.instant(query, day)));
    return samples.flat().reduce((sum, { value }) => sum + value, 0);
  } finally {
    await connection.close();
  }
}

async function ask(): Promise<void> {
  const run = oneRun();
  if (run !== undefined) {
    await writeLog(url, run);
  }
  const proxy = await CountingProxy.start(url);
  console.log(
    '| question | goal | wall, s | Loki CPU, s | Loki read, MB | queries | client CPU, s | client memory, MiB | answer |'
  );
  console.log('|---|---|---|---|---|---|---|---|---|');
  try {
    for (const { question, goal, args } of programQuestions(run)) {
      if (!question.includes(values.only)) {
        continue;
      }
      const cost = await costOf(
        proxy,
        () => cpuOf(pid),
        () => runProgram(values.program, args, proxy.url)
      );
      console.log(
        `| ${question} | ${goal} | ${cost.wall.toFixed(1)} | ${cost.loki.toFixed(1)} | ${(cost.bytes / 1e6).toFixed(0)} | ` +
          `${cost.queries} | ${cost.result.cpu.toFixed(1)} | ${cost.result.memoryMib.toFixed(0)} | ` +
          `${cost.result.lines} lines, exit code ${cost.result.code} |`
      );
      proxy.printAsked(values.queries);
    }
    for (const by of [['status', 'cause'], ['namespace'], ['node']]) {
      const question = `cases of ${COUNTED_DAYS} days counted by ${by.join(' and ')}`;
      if (!question.includes(values.only)) {
        continue;
      }
      const cost = await costOf(
        proxy,
        () => cpuOf(pid),
        () => countCases(proxy.url, by)
      );
      console.log(
        `| ${question} | 1 s | ${cost.wall.toFixed(1)} | ${cost.loki.toFixed(1)} | ${(cost.bytes / 1e6).toFixed(0)} | ` +
          `${cost.queries} | | | ${cost.result.toLocaleString('en-US')} cases |`
      );
    }
    if ('timeline'.includes(values.only) || values.only.includes('timeline')) {
      await readTimelines(proxy);
    }
  } finally {
    await proxy.close();
  }
}

/** The timeline of the nodes with most trouble, as the app reads and draws it in a browser. */
async function readTimelines(proxy: CountingProxy): Promise<void> {
  const timeline = await TimelinePage.open(proxy.url);
  try {
    console.log(
      '\n| timeline | first picture, s | whole, s | longest task, s | heap, MiB | page CPU, s | Loki CPU, s | Loki read, MB | queries | drawn |'
    );
    console.log('|---|---|---|---|---|---|---|---|---|---|');
    for (const [name, ms] of [
      ['1 h', HOUR],
      ['24 h', DAY],
      ['7 d', 7 * DAY],
    ] as const) {
      const range = { from: end - ms, to: end };
      const { result, loki, bytes, queries } = await costOf(
        proxy,
        () => cpuOf(pid),
        () => timeline.read(range)
      );
      const seconds = (value: number) => (value / 1000).toFixed(value < 1000 ? 2 : 1);
      console.log(
        `| ${name} | ${seconds(result.firstMs)} | ${seconds(result.wholeMs)} | ${seconds(result.longestTaskMs)} | ` +
          `${(result.heapBytes / 2 ** 20).toFixed(0)} | ${result.cpu.toFixed(1)} | ${loki.toFixed(1)} | ` +
          `${(bytes / 1e6).toFixed(0)} | ${queries} | ${result.nodes} nodes, ${result.containers} containers, ` +
          `${result.cases} cases${result.status === 'done' ? '' : `; ${result.status}: ${result.problem}`} |`
      );
      proxy.printAsked(values.queries);
    }
  } finally {
    await timeline.close();
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
