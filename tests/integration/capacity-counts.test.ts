import { CaseCounts, type CaseMargins, type CaseTally, type CountedFamilies, pullsIn } from '../../model/capacity';
import { caseLine, caseMetadata, type CaseRecord, caseRecordSchema } from '../../model/case-records';
import { type CauseId } from '../../model/causes';
import type { AskNumbers } from '../../model/metric-numbers';
import { PERIOD_MS, RECORD_VERSION, recordLabels } from '../../model/records';
import { capacitySource, type NamedSelection } from '../../shipper/capacity/capacity-source';
import { CaseList } from '../../shipper/cases/case-list';
import { startTestStore, type TestStore, type Value } from '../testkit/store';

const { hour: HOUR, day: DAY } = PERIOD_MS;
const TO = Math.floor(Date.now() / DAY) * DAY;
const FROM = TO - 3 * DAY;
const iso = (ms: number) => new Date(ms).toISOString();
const ns = (ms: number) => BigInt(ms) * 1_000_000n;
const window = { from: FROM, to: TO, recordsTo: TO, now: TO };

/** A case of a node, a day and a number; the nodes are of several shards. */
function caseOf(node: string | null, number: number, more: Partial<CaseRecord> = {}): [at: number, record: CaseRecord] {
  const at = FROM + (number % 3) * DAY + HOUR;
  const causes: CauseId[] = ['C1', 'C1', 'C7', 'C15'];
  const record = caseRecordSchema.parse({
    ...{ v: RECORD_VERSION, kind: 'case', id: `${node ?? 'none'}-${number}`, cluster: 'c1', node },
    ...{ namespace: `team-${number % 2}`, pod: `p-${number}`, podUid: `u-${number}`, container: 'main', restart: 0 },
    ...{ workload: `report-${number % 3}`, status: number % 5 === 0 ? 'lost' : 'complete', seen: true },
    ...{ cause: causes[number % 4], confidence: 'strong', at: iso(at), variant: 'x', revision: 1, delta: 1 },
    ...{ statement: { code: 'deleted-client' }, loki: { code: 'loki-complete' }, ...more },
  });
  return [at, record];
}

let store: TestStore;
/** What counts. */
let truth: CaseRecord[];
beforeAll(async () => {
  store = await startTestStore();
  const all = ['node-a', 'node-b', 'node-c', null].flatMap((node) =>
    Array.from({ length: 24 }, (_, number) => caseOf(node, number))
  );
  truth = all.map(([, record], place) => (place === 0 ? { ...record, status: 'complete' } : record));
  // Amended: it was partial, and is complete.
  const [amended] = all;
  if (amended !== undefined) {
    const [at, record] = amended;
    all.push([at, { ...record, revision: 2, delta: -1 }]);
    all.push([at, { ...record, status: 'complete', variant: 'y', revision: 3, delta: 1 }]);
  }
  const byStream = new Map<string, Array<[number, CaseRecord]>>();
  for (const [at, record] of all) {
    const labels = JSON.stringify(recordLabels({ kind: 'case', cluster: 'c1', node: record.node ?? undefined }));
    byStream.set(labels, [...(byStream.get(labels) ?? []), [at, record]]);
  }
  for (const [labels, entries] of byStream) {
    const values = entries
      .sort(([a], [b]) => a - b)
      .map(([at, record]): Value => [ns(at), caseLine(record), caseMetadata(record)]);
    await store.push(JSON.parse(labels) as Record<string, string>, values);
  }
  const pulls: Array<[node: string, workload: string, image: string, bytes: number | null]> = [
    ...[1, 2, 3].map((): [string, string, string, number] => ['node-a', 'report-0', 'report:v1', 100]),
    ['node-b', 'report-0', 'report:v1', 100],
    ['node-b', 'report-0', 'report:v2', null],
    ['node-b', 'report-1', 'other', null],
  ];
  for (const [place, [node, workload, image, bytes]] of pulls.entries()) {
    const at = FROM + place * HOUR;
    const record = { v: RECORD_VERSION, kind: 'pull', id: `pull-${place}`, node, workload, image, bytes };
    const metadata = { node, namespace: 'team-0', workload, image, ...(bytes !== null && { image_bytes: `${bytes}` }) };
    await store.push(recordLabels({ kind: 'pull', cluster: 'c1', node }), [[ns(at), JSON.stringify(record), metadata]]);
  }
  const watching = { state: 'watching', detail: '', resourceVersion: '1' };
  const watch = {
    ...{ v: RECORD_VERSION, kind: 'watch', id: 'watch/1', cluster: 'c1', identity: 'i', from: iso(FROM), to: iso(TO) },
    ...{ completeUntil: iso(TO), namespaces: [], final: false, cases: { from: iso(FROM), to: iso(TO) } },
    kinds: { jobs: watching, cronjobs: watching, pods: watching, nodes: watching, events: watching },
  };
  await store.push(recordLabels({ kind: 'watch', cluster: 'c1' }), [[ns(TO - 1), JSON.stringify(watch), {}]]);
}, 120_000);
afterAll(() => store.close());

const signal = new AbortController().signal;

async function counted(
  families: CountedFamilies,
  selection: NamedSelection = {},
  range = window
): Promise<CaseMargins> {
  const source = capacitySource(store.client, new CaseList(store.client, signal), selection, signal);
  return source.cases(selection, range, families);
}

/** Each case as a tally. */
const tallies = (records: readonly CaseRecord[]): CaseTally[] => records.map((record) => ({ ...record, count: 1 }));

/** Sums by some of what tallies tell. */
function sums(some: readonly CaseTally[], ...names: Array<keyof CaseTally>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const tally of some) {
    const key = names.map((name) => tally[name]).join(' ');
    counts[key] = (counts[key] ?? 0) + tally.count;
  }
  return counts;
}

test.each<NamedSelection>([{}, { node: 'node-b' }, { namespace: ['team-1'], workload: ['report-0', 'report-1'] }])(
  'counts are those of the cases one by one (%p)',
  async (selection) => {
    const { node, namespace = [], workload = [] } = selection;
    const isWanted = (one: CaseRecord) =>
      (node === undefined || one.node === node) &&
      ([namespace].flat().length === 0 || [namespace].flat().includes(one.namespace)) &&
      ([workload].flat().length === 0 || [workload].flat().includes(one.workload));
    const single = tallies(truth.filter(isWanted));
    expect(single.length).toBeGreaterThan(10);
    const { cases, familyCases } = await counted('all', selection);
    expect(sums(cases, 'node', 'status', 'cause')).toEqual(sums(single, 'node', 'status', 'cause'));
    expect(sums(familyCases, 'namespace', 'workload', 'status', 'cause')).toEqual(
      sums(single, 'namespace', 'workload', 'status', 'cause')
    );
    // Which nodes log rotation shortened which logs on is told as well.
    const rotated = (some: readonly CaseTally[]) => some.filter(({ cause }) => cause === 'C15');
    expect(sums(rotated(cases), 'node', 'workload')).toEqual(sums(rotated(single), 'node', 'workload'));
  }
);

test('a range that is longer than Loki takes at once is asked about in parts', async () => {
  const { cases } = await counted('none', {}, { ...window, from: FROM - 60 * DAY });
  expect(sums(cases, 'cluster')).toEqual({ c1: 96 });
});

test('families with most cases are told for what findings are about', async () => {
  const { familyCases } = await counted('most');
  expect(sums(familyCases, 'namespace', 'workload', 'cause')).toEqual(
    sums(tallies(truth), 'namespace', 'workload', 'cause')
  );
  expect((await counted('none')).familyCases).toEqual([]);
});

test('a Loki that answers with fewer series is asked cause by cause and status by status', async () => {
  const MOST = 6;
  let refusals = 0;
  const ask: AskNumbers = async (query, atMs) => {
    const numbers = await store.client.instant(query, ns(atMs));
    refusals += numbers.length > MOST ? 1 : 0;
    return numbers.length > MOST ? undefined : numbers;
  };
  const counts = new CaseCounts(ask, 'all');
  await counts.count({ cluster: 'c1', metadata: { node: 'node-b' } }, { from: FROM, to: TO });
  const { cases, familyCases } = counts.margins();
  const single = tallies(truth.filter(({ node }) => node === 'node-b'));
  expect(refusals).toBeGreaterThan(0);
  expect(sums(cases, 'node', 'status', 'cause')).toEqual(sums(single, 'node', 'status', 'cause'));
  expect(sums(familyCases, 'namespace', 'workload', 'status', 'cause')).toEqual(
    sums(single, 'namespace', 'workload', 'status', 'cause')
  );
});

test('a Loki that answers with too few series for that is named, with the setting to change', async () => {
  const counts = new CaseCounts(() => Promise.resolve(undefined), 'none');
  const counting = counts.count({ cluster: 'c1', metadata: {} }, { from: FROM, to: TO });
  await expect(counting).rejects.toThrow('max_query_series');
});

test('images that were pulled are counted by Job family, of each node apart', async () => {
  const source = capacitySource(store.client, new CaseList(store.client, signal), {}, signal);
  const pulled = (node?: string) => pullsIn(source.numbers, { node }, { from: FROM, to: TO });
  const byName = async (node?: string) =>
    (await pulled(node)).sort((a, b) => a.name.localeCompare(b.name)).map(({ name, ...of }) => [name, of]);
  const where = { cluster: 'c1', namespace: 'team-0' };
  expect(await byName()).toEqual([
    ['report-0', { ...where, pulls: 5, bytes: 400, again: 2 }],
    ['report-1', { ...where, pulls: 1, bytes: null, again: 0 }],
  ]);
  expect(await byName('node-a')).toEqual([['report-0', { ...where, pulls: 3, bytes: 300, again: 2 }]]);
});
