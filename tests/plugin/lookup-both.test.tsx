import type { LogEntry } from '../../model/log-entry';
import {
  type FoundRun,
  LineJoiner,
  lookupPlan,
  Origins,
  parseQuestion,
  queriesOf,
  runPlan,
  runsOf,
} from '../../model/lookup';
import { workloadOf } from '../../model/workload';
import { connectLoki, type LokiConnection } from '../../shipper/loki/connection';
import { QueryClient } from '../../shipper/loki/query-client';
import { askLoki, logEntryOf } from '../../shipper/lookup/ask-loki';
import { pages } from '../../shipper/loki/pages';
import { atTheEnd, replay } from '../../shipper/cluster/testing/replayed';
import { recordedEvents } from '../../shipper/cluster/testing/recording';
import { findRuns } from '../../src/data/find-runs';
import { readWholeLog } from '../../src/data/log-reader';
import { LokiSource } from '../../src/data/loki-source';
import { recordedContainerRecords } from '../integration/cases-container-records';
import { LokiDataSource } from './loki-data-source';
import { pushRecords } from './push-records';

const MS = 1_000_000n;
const records = recordedContainerRecords();
const pods = atTheEnd(replay(recordedEvents()), 'pod');
/** No agent read this one, and another shipper did. */
const lost = records.find(({ job, firstTime }) => job !== null && firstTime !== null);
/** The recording is of one moment; the store takes what is a week old. */
const SHIFT = Date.now() - Math.max(...records.map(({ lastTime }) => Date.parse(lastTime ?? '') || 0)) - 60_000;
const shifted = (text: string) =>
  text.replace(/"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d+)?Z"/g, (_, seconds: string, fraction = '') => {
    return JSON.stringify(`${new Date(Date.parse(`${seconds}Z`) + SHIFT).toISOString().slice(0, 19)}${fraction}Z`);
  });

let loki: LokiDataSource;
let connection: LokiConnection;

beforeAll(async () => {
  loki = await LokiDataSource.start();
  connection = connectLoki({ url: loki.url });
  const now = Date.now();
  const gaps = [{ reason: 'gone-unread', bytes: null, lines: null, from: null, to: null }];
  const reported = records.map((record) =>
    record.id === lost?.id ? { ...record, status: 'lost', linesAcked: 0, gaps } : record
  );
  const all = [...reported, ...pods].map((record) => JSON.parse(shifted(JSON.stringify(record))) as typeof record);
  await pushRecords(
    loki,
    all.map((record) => [now, record])
  );
  for (const [i, record] of records.filter(({ firstTime }) => firstTime !== null).entries()) {
    const { cluster, namespace, pod, container, containerId, podUid, restart } = record;
    const { workload, job } = workloadOf(pod);
    const isForeign = record.id === lost?.id;
    const labels: Record<string, string> = isForeign
      ? { namespace, pod, container }
      : { cluster, namespace, container, workload };
    const metadata = {
      ...{ pod, restart: `${restart}`, stream: 'stdout', ...(job !== null && { job }) },
      ...(containerId === null ? { pod_uid: podUid } : { container_id: containerId }),
    };
    const first = BigInt((Date.parse(record.firstTime ?? record.lastTime ?? '') || 0) + SHIFT + 10) * MS + BigInt(i);
    await loki.push(labels, [
      [first, `${record.id} first`, isForeign ? {} : metadata],
      [first + MS, `${record.id} cut`, isForeign ? {} : { ...metadata, continues: 'true' }],
      [first + 2n * MS, ' in two', isForeign ? {} : metadata],
    ]);
  }
});
afterAll(async () => {
  await connection.close();
  await loki.close();
});

const names = (runs: readonly FoundRun[]) =>
  runs.map(({ key, who, record, sources }) => [key, who.pod, who.container, who.restart, record?.status, sources]);

/** As `afterlog logs` reads them. */
async function byHttp(q: string, to: number) {
  const client = new QueryClient(connection);
  const window = {
    from: BigInt(to - 7 * 86_400_000) * MS,
    to: BigInt(to) * MS,
    recordsTo: BigInt(to) * MS,
    isDefault: true,
  };
  const { locations } = await runPlan(lookupPlan(parseQuestion(q), { window }), askLoki(client));
  const entries: LogEntry[] = [];
  for (const query of queriesOf(locations)) {
    for await (const page of pages(client, query, 'forward')) {
      entries.push(...page.map(logEntryOf));
    }
  }
  entries.sort((a, b) => (a.ns < b.ns ? -1 : a.ns > b.ns ? 1 : 0));
  const joiner = new LineJoiner(new Origins(runsOf(locations)));
  const lines = [...joiner.push(entries), ...joiner.end()].map(({ text }) => text);
  return { runs: runsOf(locations), lines };
}

/** As the app reads them. */
async function byDataSource(q: string, to: number) {
  const source = new LokiSource('loki');
  const { runs } = await findRuns(source, parseQuestion(q), { from: to - 7 * 86_400_000, to });
  const options = { signal: new AbortController().signal, onProgress: () => undefined };
  const file = await readWholeLog(source, runs, () => '', options);
  const text = await new Promise<string>((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(String(reader.result));
    reader.readAsText(file);
  });
  return { runs, lines: text.split('\n').slice(0, -1) };
}

const written = records.filter(({ firstTime }) => firstTime !== null);
const jobs = [...new Set(written.flatMap(({ job }) => job ?? []))].slice(0, 4).map((job) => `job/${job}`);
const ids = written.flatMap(({ containerId }) => containerId ?? []).slice(0, 4);
const questions = [
  ...jobs,
  ...ids,
  ids.map((id) => `unable to retrieve container logs for containerd://${id}`).join(''),
  `Error from server (NotFound): pods "${lost?.pod}" not found`,
  'nobody-bcdfg',
];

test.each(questions)('the command line and the app find the same runs and the same lines for %s', async (q) => {
  const to = Date.now() + 60_000;
  const [http, app] = [await byHttp(q, to), await byDataSource(q, to)];
  expect(names(app.runs)).toEqual(names(http.runs));
  expect(app.lines).toEqual(http.lines);
  expect(app.runs.length > 0).toBe(q !== 'nobody-bcdfg');
  const seen = app.runs.filter(({ record }) => record !== undefined && record.firstTime !== null);
  expect(app.lines.filter((line) => line.endsWith(' first'))).toHaveLength(seen.length);
  const ofAgent = seen.filter(({ record }) => record?.id !== lost?.id);
  expect(app.lines.filter((line) => line.endsWith(' cut in two'))).toHaveLength(ofAgent.length);
});
