import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { nodeDay } from '../../bench/fleet/records';
import { writeDay } from '../../bench/fleet/write';
import { root } from './built-plugin';
import { RECORDED, recordedRecords } from '../../src/timeline/testing/recorded';
import { plugins } from './plugin-json';
import { startTestStore } from '../testkit/store';
import { storeOfRecordedNode } from './recorded-node';

const yaml = (file: string): unknown => parse(readFileSync(join(root, file), 'utf8'));
const app = plugins[0];
const ids = plugins.map(({ id }) => id);

const datasources = z
  .object({ datasources: z.array(z.object({ uid: z.string(), type: z.string() })) })
  .parse(yaml('provisioning/datasources/loki.yaml')).datasources;

describe('docker-compose.yaml', () => {
  const { services } = z
    .object({
      services: z.object({
        grafana: z.object({ environment: z.record(z.string(), z.string()), volumes: z.array(z.string()) }),
      }),
    })
    .parse(yaml('docker-compose.yaml'));

  it('lets Grafana load the app and what is nested in it, unsigned', () => {
    const allowed = services.grafana.environment.GF_PLUGINS_ALLOW_LOADING_UNSIGNED_PLUGINS?.split(',') ?? [];
    expect(allowed).toEqual(expect.arrayContaining(ids));
    expect(services.grafana.volumes[0]).toBe(`./dist:/var/lib/grafana/plugins/${app?.id}:ro`);
  });
});

describe('what is provisioned', () => {
  it('has the app enabled, with a Loki data source that is there', () => {
    const { apps } = z
      .object({ apps: z.array(z.object({ type: z.string(), disabled: z.boolean(), jsonData: z.looseObject({}) })) })
      .parse(yaml('provisioning/plugins/afterlog.yaml'));
    expect(apps).toEqual([{ type: app?.id, disabled: false, jsonData: { lokiUid: datasources[0]?.uid } }]);
    expect(datasources[0]?.type).toBe('loki');
  });
});

const target = z.object({
  refId: z.string(),
  datasource: z.union([
    z.object({ type: z.literal('loki'), uid: z.literal('${loki}') }),
    z.object({ type: z.literal('prometheus'), uid: z.literal('${prometheus}') }),
  ]),
  expr: z.string(),
  queryType: z.enum(['range', 'instant']).optional(),
});
const dashboard = z.object({
  uid: z.string().max(40),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  panels: z.array(z.object({ type: z.string(), title: z.string(), targets: z.array(target) })),
});
const all = readdirSync(join(root, 'src/dashboards')).map((file) => ({
  file,
  ...dashboard.parse(JSON.parse(readFileSync(join(root, 'src/dashboards', file), 'utf8'))),
}));

const asks = (type: string) => (one: (typeof all)[number]) =>
  one.panels.some(({ targets }) => targets.some(({ datasource }) => datasource.type === type));
const dashboards = all.filter(asks('loki'));
/** These show what comes together over hours and days, of which the recorded minutes have nothing. */
const OF_FLEET = ['afterlog-capacity', 'afterlog-agents'];
const DAY = 24 * 3_600_000;
const FLEET = { nodes: 3, start: Date.parse('2026-11-21T00:00:00Z'), end: Date.parse('2026-11-23T00:00:00Z') };

/** Two days of a small fleet, as its agents and its watch write them. */
async function storeOfFleet(): Promise<{ store: { url: string }; close: () => Promise<void> }> {
  const store = await startTestStore({ now: () => FLEET.end });
  for (let day = FLEET.start; day < FLEET.end; day += DAY) {
    await writeDay({ url: store.url, ...FLEET }, day, undefined);
  }
  return { store, close: () => store.close() };
}

it('the app brings each dashboard', () => {
  const { includes } = z
    .object({ includes: z.array(z.object({ type: z.string(), path: z.string() })) })
    .parse(JSON.parse(readFileSync(join(root, 'src/plugin.json'), 'utf8')));
  const brought = includes.filter(({ type }) => type === 'dashboard').map(({ path }) => path);
  expect(brought.sort()).toEqual(all.map(({ file }) => `dashboards/${file}`).sort());
});

describe.each(all)('the dashboard $file', ({ file, uid, templating, panels }) => {
  it('lies under its uid, with panels that Grafana or the app has', () => {
    expect(file).toBe(`${uid}.json`);
    const types = [...ids, 'stat', 'table', 'timeseries'];
    expect(panels.filter(({ type }) => !types.includes(type))).toEqual([]);
  });

  it('uses no variable that it does not have', () => {
    const known = [...templating.list.map(({ name }) => name), '__range', '__interval', '__rate_interval'];
    const used = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/\$\w+/g) ?? []));
    expect(used.filter((name) => !known.includes(name.slice(1)))).toEqual([]);
  });
});

describe.each(dashboards)('the dashboard $file', ({ uid, panels }) => {
  const isOfFleet = OF_FLEET.includes(uid);
  const span = isOfFleet ? { from: FLEET.start, to: FLEET.end } : RECORDED;
  let node: { store: { url: string }; close: () => Promise<void> };
  beforeAll(async () => {
    node = await (isOfFleet ? storeOfFleet() : storeOfRecordedNode());
  }, 120_000);
  afterAll(() => node.close());

  const queries = panels.flatMap(({ title, targets }) => targets.map((one) => ({ title, ...one })));
  it.each(queries)('has data in "$title" ($refId)', async ({ title, expr, queryType }) => {
    const range = `${(span.to - span.from) / 1000}s`;
    const step = isOfFleet ? '86400s' : '60s';
    const query = inAll(expr.replaceAll('$__range', range).replaceAll('$__interval', step));
    const [from, to] = [span.from, span.to].map((ms) => `${ms}000000`);
    const params = { query, time: `${to}`, start: `${from}`, end: `${to}`, step };
    const path = queryType === 'instant' ? 'query' : 'query_range';
    const answer = await fetch(`${node.store.url}/loki/api/v1/${path}?${new URLSearchParams(params).toString()}`);
    const text = await answer.text();
    expect([answer.status, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
    const { result } = z.object({ data: z.object({ result: z.array(z.unknown()) }) }).parse(JSON.parse(text)).data;
    // All agents of the fleet report.
    expect(result.length > 0).toBe(title !== 'Silent agents');
  });
});

it('the Prometheus dashboard asks for metrics that agent and watch have', () => {
  const sources = readdirSync(join(root, 'shipper'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => readFileSync(join(root, 'shipper', file), 'utf8'))
    .join();
  const expressions = all.filter(asks('prometheus')).flatMap(({ panels }) => panels.flatMap(({ targets }) => targets));
  const names = new Set(expressions.flatMap(({ expr }) => expr.match(/\b(afterlog|process)_\w+/g) ?? []));
  expect(names.size).toBeGreaterThan(10);
  // The agent's own metrics are named without the prefix that they share.
  const isThere = (name: string) =>
    [`'${name}'`, `'${name.replace('afterlog_', '')}'`].some((one) => sources.includes(one));
  expect([...names].filter((name) => !isThere(name))).toEqual([]);
});

const promtool = spawnSync('promtool', ['--version']).error === undefined;
if (!promtool) {
  process.stdout.write('tests/plugin: the Prometheus dashboard was not parsed, promtool was not found\n');
}
(promtool ? it : it.skip)('Prometheus understands the expressions of its dashboard', () => {
  const expressions = all.filter(asks('prometheus')).flatMap(({ panels }) => panels.flatMap(({ targets }) => targets));
  const rules = expressions.map(({ expr }, i) => ({
    record: `expression_${i}`,
    expr: expr.replaceAll(/\$__\w+/g, '5m'),
  }));
  const dir = mkdtempSync(join(tmpdir(), 'afterlog-dashboard-'));
  const file = join(dir, 'rules.yaml');
  writeFileSync(file, JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
  const { stdout, stderr } = spawnSync('promtool', ['check', 'rules', file], { encoding: 'utf8' });
  rmSync(dir, { recursive: true });
  expect(`${stdout}${stderr}`).toContain(`SUCCESS: ${rules.length} rules found`);
});

/** With the variables at all of everything; rollups of days. */
const inAll = (expr: string) => expr.replaceAll('$period', 'day').replaceAll(/\$\w+/g, '.*');

describe('figures of the dashboards', () => {
  let node: Awaited<ReturnType<typeof storeOfRecordedNode>>;
  beforeAll(async () => {
    node = await storeOfRecordedNode();
  });
  afterAll(() => node.close());
  const queryOf = (title: string, refId = 'A') => {
    const queries = dashboards.flatMap(({ panels }) => panels).filter((panel) => panel.title === title);
    return queries.flatMap(({ targets }) => targets).find((one) => one.refId === refId)?.expr ?? '';
  };
  const points = z.array(
    z.object({ metric: z.record(z.string(), z.string()), values: z.array(z.tuple([z.number(), z.string()])) })
  );
  const ask = async (expr: string, stepSeconds: number) => {
    const query = expr.replaceAll('$__interval', `${stepSeconds}s`).replaceAll(/\$\w+/g, '.*');
    const times = { start: `${RECORDED.from}000000`, end: `${RECORDED.to}000000`, step: `${stepSeconds}s` };
    const answer = await fetch(`${node.store.url}/loki/api/v1/query_range?${new URLSearchParams({ query, ...times })}`);
    return points.parse(z.object({ data: z.object({ result: z.unknown() }) }).parse(await answer.json()).data.result);
  };

  it('"Disk in use" is the use of the last sample, one line a node, whatever else the records carry', async () => {
    const { disks } = recordedRecords();
    const samples = disks.map((disk) => ({ time: Date.parse(disk.time) / 1000, nodefs: disk.nodefs }));
    const series = (await ask(queryOf('Disk in use'), 30)).filter(({ metric }) => metric.node === 'node-a');
    expect(series).toHaveLength(1);
    const [line] = series;
    expect(line?.values.length).toBeGreaterThan(10);
    for (const [time, value] of line?.values ?? []) {
      const last = samples.findLast((sample) => sample.time <= time && sample.time > time - 600);
      const { available, capacity } = last?.nodefs ?? { available: NaN, capacity: NaN };
      expect(Number(value)).toBeCloseTo(1 - available / capacity, 6);
    }
  });

  it('"Logs lost or with gaps" counts cases, also of logs that no agent saw, and is no 0 where nobody reported', async () => {
    const store = await startTestStore();
    const now = Date.now();
    const time = BigInt(now - 60_000) * 1_000_000n;
    const count = async () => {
      const query = queryOf('Logs lost or with gaps').replaceAll('$__range', '6h').replaceAll(/\$\w+/g, '.*');
      const params = new URLSearchParams({ query, time: `${now}000000` });
      const answer: unknown = await (await fetch(`${store.url}/loki/api/v1/query?${params}`)).json();
      const vector = z.object({
        data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
      });
      return vector.parse(answer).data.result.map(({ value }) => value[1]);
    };
    const push = (record: string, metadata: Array<Record<string, string>>) =>
      store.push(
        { service_name: 'afterlog', record, cluster: 'c1' },
        metadata.map((one, i) => [time + BigInt(i), '{}', { node: 'node-a', namespace: 'shop', workload: 'w', ...one }])
      );
    try {
      expect(await count()).toEqual([]);
      await push('heartbeat', [{}]);
      expect(await count()).toEqual(['0']);
      await push('container', [
        { final: 'true', status: 'partial' },
        { final: 'true', status: 'complete' },
      ]);
      expect(await count()).toEqual(['1']);
      const lost = { status: 'lost', seen: 'false', delta: '1' };
      await push('case', [lost, lost, { ...lost, status: 'partial' }, { ...lost, delta: '-1' }]);
      expect(await count()).toEqual(['2']);
    } finally {
      await store.close();
    }
  });

  it('of a fleet are what its agents and its watch wrote', async () => {
    const fleet = await storeOfFleet();
    const written = Array.from({ length: FLEET.nodes }, (_, number) =>
      [FLEET.start, FLEET.start + DAY].flatMap((day) => nodeDay(number, day))
    ).flat();
    const numberIn = async (title: string) => {
      const query = inAll(queryOf(title).replaceAll('$__range', '2d'));
      const params = new URLSearchParams({ query, time: `${FLEET.end}000000` });
      const answer: unknown = await (await fetch(`${fleet.store.url}/loki/api/v1/query?${params}`)).json();
      const vector = z.object({
        data: z.object({ result: z.tuple([z.object({ value: z.tuple([z.number(), z.string()]) })]) }),
      });
      return Number(vector.parse(answer).data.result[0].value[1]);
    };
    const isLacking = ({ kind, metadata: { status = '' } }: (typeof written)[number]) =>
      kind === 'case' && ['lost', 'partial'].includes(status);
    const reclaims = written.filter(({ kind, line }) => kind === 'gc' && line.includes('"trigger":"eviction"'));
    try {
      expect(reclaims.length).toBeGreaterThan(0);
      expect(await numberIn('Reclaims')).toBe(reclaims.length);
      expect(await numberIn('Logs lost or partial')).toBe(written.filter(isLacking).length);
      expect(await numberIn('Nodes')).toBe(FLEET.nodes);
      expect(await numberIn('Agents reporting')).toBe(FLEET.nodes);
      expect(await numberIn('Agents silent')).toBe(0);
    } finally {
      await fleet.close();
    }
  });

  it('"Pods evicted" leaves out pods that the kubelet rejected at admission', async () => {
    const counted = async (expr: string) => {
      const query = expr.replace('$__range', '6h').replaceAll(/\$\w+/g, '.*');
      const params = new URLSearchParams({ query, time: `${RECORDED.to}000000` });
      const answer: unknown = await (await fetch(`${node.store.url}/loki/api/v1/query?${params}`)).json();
      const vector = z.object({
        data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
      });
      return vector.parse(answer).data.result.reduce((sum, { value }) => sum + Number(value[1]), 0);
    };
    const all = await counted('sum(count_over_time({record="event"} | reason="Evicted" [$__range]))');
    const rejected = await counted(
      'sum(count_over_time({record="event"} | reason="Evicted" |= "The node had condition" [$__range]))'
    );
    expect(rejected).toBeGreaterThan(0);
    expect(await counted(queryOf('Pods evicted'))).toBe(all - rejected);
  });

  it('are aggregated over records by what they are shown by: each record has an id, and would be a series', () => {
    const expressions = dashboards.flatMap(({ panels }) =>
      panels.flatMap(({ targets }) => targets.map(({ expr }) => expr))
    );
    const isSummed = (expr: string) => /sum( by \([^)]*\))? ?\(sum_over_time/.test(expr);
    expect(expressions.filter((expr) => /(last|max|min|avg)_over_time/.test(expr) && !/\]\) by \(/.test(expr))).toEqual(
      []
    );
    expect(expressions.filter((expr) => /sum_over_time/.test(expr) && !isSummed(expr))).toEqual([]);
  });
});
