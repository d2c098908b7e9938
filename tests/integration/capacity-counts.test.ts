import type { CaseMargins, CaseTally } from '../../model/capacity';
import { caseLine, caseMetadata, type CaseRecord, caseRecordSchema } from '../../model/case-records';
import { type CauseId } from '../../model/causes';
import { PERIOD_MS, RECORD_VERSION, recordLabels } from '../../model/records';
import { CaseCounts } from '../../shipper/capacity/case-counts';
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
beforeAll(async () => {
  store = await startTestStore();
  const all = ['node-a', 'node-b', 'node-c', null].flatMap((node) =>
    Array.from({ length: 24 }, (_, number) => caseOf(node, number))
  );
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

/** What is read one by one: the same question about each half of a day is below what is counted. */
async function oneByOne(node?: string): Promise<CaseTally[]> {
  const tallies: CaseTally[] = [];
  for (let from = FROM; from < TO; from += DAY / 2) {
    const half = { ...window, from, to: from + DAY / 2 };
    const counted = await new CaseCounts(store.client, new CaseList(store.client, signal), { node }, signal).read(
      half,
      'all'
    );
    if (!Array.isArray(counted)) {
      throw new Error('half a day was counted');
    }
    tallies.push(...counted);
  }
  return tallies;
}

async function counted(families: 'none' | 'most' | 'all', node?: string): Promise<CaseMargins> {
  const list = new CaseList(store.client, signal);
  const margins = await new CaseCounts(store.client, list, { node }, signal).read(window, families);
  if (Array.isArray(margins)) {
    throw new Error('three days were read one by one');
  }
  return margins;
}

/** Sums by some of what tallies tell. */
function sums(tallies: readonly CaseTally[], ...names: Array<keyof CaseTally>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const tally of tallies) {
    const key = names.map((name) => tally[name]).join(' ');
    counts[key] = (counts[key] ?? 0) + tally.count;
  }
  return counts;
}

test.each([undefined, 'node-b'])('counts are those of the cases one by one (node %p)', async (node) => {
  const single = await oneByOne(node);
  expect(sums(single, 'cluster')).toEqual({ c1: node === undefined ? 96 : 24 });
  const { cases, familyCases = [] } = await counted('all', node);
  expect(sums(cases, 'node', 'status', 'cause')).toEqual(sums(single, 'node', 'status', 'cause'));
  expect(sums(familyCases, 'namespace', 'workload', 'status', 'cause')).toEqual(
    sums(single, 'namespace', 'workload', 'status', 'cause')
  );
  // Which nodes log rotation shortened which logs on is told as well.
  const rotated = (tallies: readonly CaseTally[]) => tallies.filter(({ cause }) => cause === 'C15');
  expect(sums(rotated(cases), 'node', 'workload')).toEqual(sums(rotated(single), 'node', 'workload'));
});

test('a range that is longer than Loki takes at once is asked about in parts', async () => {
  const long = { ...window, from: FROM - 60 * DAY };
  const list = new CaseList(store.client, signal);
  const margins = await new CaseCounts(store.client, list, {}, signal).read(long, 'none');
  expect(Array.isArray(margins) ? [] : sums(margins.cases, 'cluster')).toEqual({ c1: 96 });
});

test('families with most cases are told for what findings are about', async () => {
  const single = await oneByOne();
  const { familyCases = [] } = await counted('most');
  expect(sums(familyCases, 'namespace', 'workload', 'cause')).toEqual(sums(single, 'namespace', 'workload', 'cause'));
  expect((await counted('none')).familyCases).toEqual([]);
});
