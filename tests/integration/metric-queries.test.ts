import { caseCountQuery, caseLine, caseMetadata, caseQuery, type CaseRecord } from '../../model/case-records';
import { queryOf } from '../../model/evidence';
import { rollupLine, rollupMetadata, type RollupRecord } from '../../model/records';
import type { AskNumbers } from '../../model/metric-numbers';
import { ASKED_NOTHING, chooseNodes, fleetNodes, fleetQueries, rollupQuery } from '../../model/rollups';
import { formatNs } from '../../model/time';
import type { Sample } from '../../shipper/loki/query-answer';
import { startTestStore, type TestStore, type Value } from '../testkit/store';

// The metric queries that readers use, with numbers worked out by hand. The same on a real Loki: tests/real/metric-queries.

/**
 * The rollups of this test are of half an hour each: Loki finds what is older than three hours only when it was flushed
 * (`querier.query_ingesters_within`). Whole steps, for to those it moves the times of a metric query.
 */
const STEP = 30 * 60_000;
const TO = Math.floor(Date.now() / STEP) * STEP;
const FROM = TO - 3 * STEP;
const ns = (ms: number) => BigInt(ms) * 1_000_000n;
const text = (ms: number) => formatNs(ns(ms));

let store: TestStore;
beforeAll(async () => {
  store = await startTestStore();
  await pushAll();
}, 120_000);
afterAll(() => store.close());

function hourOf(node: number, hour: number): RollupRecord {
  const from = FROM + hour * STEP;
  const use = { capacity: 1000, least: 10, mean: 100 * hour + node, p95: 30, greatest: 500 + 100 * hour, last: 25 };
  return {
    ...{ v: 2, kind: 'rollup', id: `n${node}/rollup/hour/${text(from)}`, cluster: 'c1', node: `n${node}` },
    ...{ period: 'hour', from: text(from), to: text(from + STEP), observedSeconds: 3600, layout: 'single' },
    ...{ nodefs: { bytes: { ...use, filled: 7, worstMinute: 1 }, inodes: null }, imagefs: null },
    headroom: { signal: 'nodefs.available', fraction: 0.5 - 0.1 * hour - 0.01 * node },
    ...{ secondsBeyond: {}, images: null, layers: null, logsLive: null, logsDead: null, volumes: null },
    ...{
      imageBytesAdded: null,
      reclaims: node === 1 ? 2 : 0,
      imageGcs: 0,
      containersRemoved: 0,
      imagesRemoved: 0,
      imagesRemovedAgain: 0,
    },
    ...{ imageBytesRemoved: 0, podsEvicted: 0, logs: node === 2 && hour === 1 ? { lost: 3, partial: 1 } : {} },
    ...{ logBytes: 0, logBytesLost: 0, top: { logs: [], layers: [], volumes: [], pods: [] }, written: [] },
  };
}

const caseOf = (id: string, cause: 'C1' | 'C7', delta: 1 | -1, revision = 1): CaseRecord => ({
  ...{ v: 2, kind: 'case', id, cluster: 'c1', node: 'n1', namespace: 'shop', pod: id, podUid: id, container: 'main' },
  ...{ restart: 0, containerId: null, workload: 'w', job: null, cronJob: null, status: 'lost', seen: true },
  ...{ unseen: null, cause, also: [], confidence: 'strong', finished: null, at: null, missingBytes: 5 },
  ...({ statement: { code: 'removed-unknown' }, loki: { code: 'loki-lost' }, missingLines: null } as Pick<
    CaseRecord,
    'statement' | 'loki' | 'missingLines'
  >),
  ...{ open: false, variant: cause, revision, delta },
});

async function pushAll(): Promise<void> {
  const labels = (record: string) => ({ service_name: 'afterlog', record, cluster: 'c1' });
  for (const node of [0, 1, 2]) {
    const values = [0, 1, 2].map((hour): Value => {
      const record = hourOf(node, hour);
      return [ns(Date.parse(record.to) - 1), rollupLine(record), rollupMetadata(record)];
    });
    await store.push({ ...labels('rollup'), period: 'hour', shard: `0${node}` }, values);
  }
  const container = (ms: number, name: string): Value => [
    ns(ms),
    name,
    { id: name, namespace: name < 'c' ? 'shop' : 'farm', node: 'n1', job: 'j', workload: 'w' },
  ];
  // Two in the first step, none in the second, one at the very end of the third: it lies after the range.
  await store.push(labels('container'), [
    container(FROM + 1, 'a'),
    container(FROM + STEP - 1, 'b'),
    container(TO, 'c'),
  ]);
  // The second case was C1 and is C7.
  const entries = [caseOf('x', 'C1', 1), caseOf('y', 'C1', 1), caseOf('y', 'C1', -1, 2), caseOf('y', 'C7', 1, 3)];
  await store.push(
    labels('case'),
    entries.map((record): Value => [ns(FROM + STEP / 2), caseLine(record), caseMetadata(record)])
  );
}

const numbers = async (query: string, by: string, atMs = TO): Promise<Record<string, number>> =>
  Object.fromEntries((await store.client.instant(query, ns(atMs))).map((one) => [one.labels[by] ?? '', one.value]));

describe('rollups', () => {
  const range = { from: FROM, to: TO };

  it('choose nodes without a record being read', async () => {
    const queries = fleetQueries(range, ASKED_NOTHING, 10);
    const ask = (query: string): Promise<Sample[]> => store.client.instant(query, ns(TO));
    const [total, headroom, lost, partial, reclaims] = await Promise.all([
      ...[ask(queries.total), ask(queries.headroom), ask(queries.lost), ask(queries.partial), ask(queries.reclaims)],
    ]);
    expect(total?.map(({ value }) => value)).toEqual([3]);
    expect(await numbers(queries.reclaims, 'node')).toEqual({ n1: 6 });
    expect(await numbers(queries.lost, 'node')).toEqual({ n2: 3 });
    const room = await numbers(queries.headroom, 'node');
    expect(room.n0).toBeCloseTo(0.3);
    expect(room.n2).toBeCloseTo(0.28);
    const all = { total, headroom, lost, partial, reclaims };
    expect(fleetNodes({ ...filled(all), containers: undefined }, 10)).toEqual({ worst: ['n2', 'n1', 'n0'], total: 3 });
  });

  it('choose nodes share by share where Loki answers with too few series for all', async () => {
    const ask = (query: string) => store.client.instant(query, ns(TO));
    const inShares: AskNumbers = (query) => (query.includes('shard="') ? ask(query) : Promise.resolve(undefined));
    const shop = { nodes: [], namespaces: ['shop'], jobs: [] };
    for (const asked of [ASKED_NOTHING, shop]) {
      const chosen = await chooseNodes(inShares, range, asked, 10);
      expect(chosen).toEqual(await chooseNodes(ask, range, asked, 10));
      expect(chosen?.total).toBe(3);
    }
    await expect(chooseNodes(() => Promise.resolve(undefined), range, shop, 10)).rejects.toThrow('max_query_series');
  });

  it('choose the nodes that ran most of a namespace or Job', async () => {
    const { containers } = fleetQueries(range, { nodes: [], namespaces: ['shop'], jobs: ['j', 'other'] }, 10);
    expect(await numbers(containers ?? '', 'node')).toEqual({ n1: 2 });
    const other = fleetQueries(range, { nodes: [], namespaces: [], jobs: ['other'] }, 10);
    expect(await numbers(other.containers ?? '', 'node')).toEqual({});
  });

  it('aggregate over nodes and time without parsing', async () => {
    const of = rollupQuery('hour');
    const greatest = `max by (node) (max_over_time(${of} | unwrap nodefs_greatest [90m]) by (node))`;
    expect(await numbers(greatest, 'node')).toEqual({ n0: 700, n1: 700, n2: 700 });
    expect(await numbers(`avg_over_time(${of} | unwrap nodefs_mean [90m]) by (node)`, 'node')).toEqual({
      ...{ n0: 100, n1: 101, n2: 102 },
    });
    expect(await numbers(`sum(sum_over_time(${of} | unwrap nodefs_filled [90m]))`, '')).toEqual({ '': 63 });
    expect(await numbers(`sum(sum_over_time(${of} | unwrap nodefs_filled [30m]))`, '', TO - STEP)).toEqual({ '': 21 });
  });

  it('of one node are read from its share', async () => {
    expect(rollupQuery('hour', 'n1')).toMatch(/shard=~"\|\d\d"/);
  });
});

function filled<T>(parts: Record<'total' | 'headroom' | 'lost' | 'partial' | 'reclaims', T[] | undefined>) {
  const { total = [], headroom = [], lost = [], partial = [], reclaims = [] } = parts;
  return { total, headroom, lost, partial, reclaims };
}

describe('counts', () => {
  it('of records in a range do not depend on how the range is cut', async () => {
    const of = queryOf({ kind: 'containers', metadata: {} });
    // As the app counts: what lies after the beginning, up to and with the last millisecond.
    const count = (from: number, to: number) => numbers(`sum(count_over_time(${of} [${to - from}ms]))`, '', to - 1);
    expect(await count(FROM, TO)).toEqual({ '': 2 });
    expect(await count(FROM, FROM + STEP)).toEqual({ '': 2 });
    expect(await count(FROM + STEP, TO)).toEqual({});
    expect(await count(FROM + 2, TO)).toEqual({ '': 1 });
  });

  it('of two names do not take what only begins like one of them', async () => {
    await store.push(
      { service_name: 'afterlog', record: 'event', cluster: 'c1' },
      ['node-2', 'node-7', 'node-70', 'node-25'].map((node, i): Value => [ns(FROM + i), node, { node }])
    );
    const of = queryOf({ kind: 'events', metadata: { node: ['node-2', 'node-7'] } });
    expect(await numbers(`sum by (node) (count_over_time(${of} [2h]))`, 'node')).toEqual({ 'node-2': 1, 'node-7': 1 });
  });

  it('by steps are about the step before', async () => {
    const query = `sum(count_over_time(${queryOf({ kind: 'containers', metadata: {} })} [30m]))`;
    const range = { query, from: ns(FROM + STEP), to: ns(TO) };
    const [series] = await store.client.series(range, ns(STEP));
    expect(series?.points).toEqual([
      [FROM + STEP, 2],
      [TO, 1],
    ]);
  });

  it('by steps, none twice, however many steps there are', async () => {
    const query = `sum(count_over_time(${rollupQuery('hour')} [30m]))`;
    const [series] = await store.client.series({ query, from: ns(FROM - 20 * STEP), to: ns(TO) }, ns(STEP));
    expect(series?.points.reduce((sum, [, value]) => sum + value, 0)).toBe(9);
  });

  it('by long steps lose no number where a series begins later than another', async () => {
    const HOUR = 2 * STEP;
    const now = Date.now() + 1;
    const to = Math.ceil(now / HOUR) * HOUR;
    const pod = (at: number, node: string): Value => [ns(at), `${at}`, { node }];
    const pods = [
      ...[pod(to - 2 * HOUR - 1000, 'z'), pod(to - HOUR - 1000, 'a'), pod(to - HOUR - 1000, 'z')],
      pod(now, 'z'),
    ];
    await store.push({ service_name: 'afterlog', record: 'pod', cluster: 'c1' }, pods);
    const query = `sum by (node) (count_over_time(${queryOf({ kind: 'pods', metadata: {} })} [1h]))`;
    const range = { query, from: ns(to - 2 * HOUR), to: ns(to) };
    const counted = await store.client.series(range, ns(HOUR));
    const steps = [to - 2 * HOUR, to - HOUR, to];
    expect(Object.fromEntries(counted.map(({ labels, points }) => [labels.node, points]))).toEqual({
      ...{ a: [[steps[1], 1]], z: steps.map((at) => [at, 1]) },
    });
  });

  it('by metadata', async () => {
    const query = `sum by (namespace) (count_over_time(${queryOf({ kind: 'containers', metadata: {} })} [2h]))`;
    expect(await numbers(query, 'namespace')).toEqual({ shop: 2, farm: 1 });
  });

  it('of cases count what was amended once', async () => {
    const query = caseQuery('c1', {});
    expect(await numbers(caseCountQuery(query, ['cause'], '90m'), 'cause')).toMatchObject({ C1: 1, C7: 1 });
    expect(await numbers(caseCountQuery(query, ['status'], '90m'), 'status')).toEqual({ lost: 2 });
    const [series] = await store.client.series(
      { query: caseCountQuery(query, ['status'], '30m'), from: ns(FROM + STEP), to: ns(TO) },
      ns(STEP)
    );
    expect(series?.points).toEqual([[FROM + STEP, 2]]);
  });

  it('of cases belong to the time that begins with them', async () => {
    const count = (from: number, to: number) =>
      numbers(caseCountQuery(caseQuery('c1', {}), ['status'], `${to - from}ms`), 'status', to);
    expect(await count(FROM, FROM + STEP / 2)).toEqual({});
    expect(await count(FROM + STEP / 2, FROM + STEP)).toEqual({ lost: 2 });
  });
});
