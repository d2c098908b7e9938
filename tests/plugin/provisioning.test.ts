import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import * as z from 'zod';
import { root } from './built-plugin';
import { RECORDED } from '../../src/timeline/testing/recorded';
import { plugins } from './plugin-json';
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
  datasource: z.object({ type: z.literal('loki'), uid: z.literal('${loki}') }),
  expr: z.string(),
  queryType: z.enum(['range', 'instant']),
});
const dashboard = z.object({
  uid: z.string().max(40),
  templating: z.object({ list: z.array(z.object({ name: z.string(), type: z.string() })) }),
  panels: z.array(z.object({ type: z.string(), title: z.string(), targets: z.array(target) })),
});
const dashboards = readdirSync(join(root, 'dashboards')).map((file) => ({
  file,
  ...dashboard.parse(JSON.parse(readFileSync(join(root, 'dashboards', file), 'utf8'))),
}));

describe.each(dashboards)('the dashboard $file', ({ file, uid, templating, panels }) => {
  let node: Awaited<ReturnType<typeof storeOfRecordedNode>>;
  beforeAll(async () => {
    node = await storeOfRecordedNode();
  });
  afterAll(() => node.close());

  it('lies under its uid, with panels that Grafana or the app has', () => {
    expect(file).toBe(`${uid}.json`);
    const types = [...ids, 'stat', 'table', 'timeseries'];
    expect(panels.filter(({ type }) => !types.includes(type))).toEqual([]);
  });

  it('uses no variable that it does not have', () => {
    const known = [...templating.list.map(({ name }) => name), '__range', '__interval'];
    const used = panels.flatMap(({ targets }) => targets.flatMap(({ expr }) => expr.match(/\$\w+/g) ?? []));
    expect(used.filter((name) => !known.includes(name.slice(1)))).toEqual([]);
  });

  const queries = panels.flatMap(({ title, targets }) => targets.map((one) => ({ title, ...one })));
  it.each(queries)('has data of the recorded node in "$title" ($refId)', async ({ expr, queryType }) => {
    const range = `${(RECORDED.to - RECORDED.from) / 1000}s`;
    const query = expr.replace('$__range', range).replaceAll('$__interval', '60s').replaceAll(/\$\w+/g, '.*');
    const [from, to] = [RECORDED.from, RECORDED.to].map((ms) => `${ms}000000`);
    const params = { query, time: `${to}`, start: `${from}`, end: `${to}`, step: '60s' };
    const path = queryType === 'instant' ? 'query' : 'query_range';
    const answer = await fetch(`${node.store.url}/loki/api/v1/${path}?${new URLSearchParams(params).toString()}`);
    const text = await answer.text();
    expect([answer.status, text.slice(0, 200)]).toEqual([200, expect.any(String)]);
    const { result } = z.object({ data: z.object({ result: z.array(z.unknown()) }) }).parse(JSON.parse(text)).data;
    expect(result.length).toBeGreaterThan(0);
  });
});
