import { setTemplateSrv } from '@grafana/runtime';
import { setVariables, templateSrv } from '../../tools/grafana-host/page/services/variables';
import {
  knownOfFilters,
  knownOfLabel,
  knownOfLine,
  knownOfQueries,
  LINKED_LABELS,
} from '../../src/extensions/contexts';
import { fieldsOfQuery, whereTo } from '../../src/extensions/where-to';
import english from '../../src/locales/en-US/afterlog-timelines-app.json';
import japanese from '../../src/locales/ja-JP/afterlog-timelines-app.json';
import plugin from '../../src/plugin.json';

beforeAll(() => setTemplateSrv(templateSrv));
afterEach(() => setVariables([]));

const LOKI = { type: 'loki', uid: 'loki' };
const APP = '/a/afterlog-timelines-app';
const explore = (expr: string, more: object = {}) => ({ targets: [{ expr, datasource: LOKI, ...more }] });
const pathOf = (context: unknown) => {
  const known = knownOfQueries(context) ?? knownOfLine(context);
  return known && whereTo(known);
};

describe('a query of LogQL', () => {
  it('tells what is equal in it, and nothing else', () => {
    expect(fieldsOfQuery('{namespace="shop", app=~"a|b"} |= "x" | container_id="4703" | level!="info"')).toEqual({
      namespace: ['shop'],
      app: ['a', 'b'],
      container_id: ['4703'],
    });
  });

  it('does not take what a line filter looks for as a matcher', () => {
    expect(fieldsOfQuery('{namespace="shop"} |= "pod=\\"a\\"" != `pod="b"` |~ "job_name=.*"')).toEqual({
      namespace: ['shop'],
    });
    expect(fieldsOfQuery('{pod=~"hello-.*", namespace=~".+"}')).toEqual({});
  });
});

describe('the link', () => {
  it.each([
    ['{namespace="shop"} | container_id="4703b9db1c2e"', '/lookup?q=4703b9db1c2e'],
    ['{namespace="shop", pod="hello-rtkpw"}', '/lookup?q=shop%2Fhello-rtkpw'],
    ['{pod="hello-rtkpw"}', '/lookup?q=hello-rtkpw'],
    ['{namespace="shop"}', '/timeline?namespace=shop'],
    ['{service_name="afterlog", record="gc"} | node="node-a"', '/timeline?node=node-a'],
    ['{namespace=~"(shop|web)"}', '/timeline?namespace=shop&namespace=web'],
    ['{namespace="shop", workload="hello"}', '/timeline?namespace=shop&text=hello'],
    ['{namespace="shop", pod=~"a-1|b-2"}', '/timeline?namespace=shop'],
  ])('of %s leads to %s', (expr, path) => {
    expect(pathOf(explore(expr))).toBe(`${APP}${path}`);
  });

  it('takes the time along', () => {
    const timeRange = { from: 'now-6h', to: 'now' };
    expect(pathOf({ ...explore('{namespace="shop"}'), timeRange })).toBe(
      `${APP}/timeline?from=now-6h&to=now&namespace=shop`
    );
    const raw = { from: new Date(1000), to: new Date(2000) };
    expect(pathOf({ ...explore('{namespace="shop"}'), timeRange: { raw } })).toBe(
      `${APP}/timeline?from=1000&to=2000&namespace=shop`
    );
  });

  it('knows the query that was run where only the panel has a data source', () => {
    const ran = { request: { targets: [{ expr: '{pod="hello-rtkpw"}', datasource: LOKI }] } };
    expect(pathOf({ targets: [{ expr: '{pod="$pod"}' }], data: ran })).toBe(`${APP}/lookup?q=hello-rtkpw`);
  });

  it('of a panel of Prometheus that names pod and namespace leads to the pod’s log', () => {
    const expr =
      'sum by (container) (rate(container_cpu_usage_seconds_total{namespace="shop", pod="hello-rtkpw"}[5m]))';
    expect(pathOf({ targets: [{ expr, datasource: { type: 'prometheus', uid: 'prom' } }] })).toBe(
      `${APP}/lookup?q=shop%2Fhello-rtkpw`
    );
  });

  it('of Logs Drilldown has the labels that are filtered by', () => {
    const filters = [
      { key: 'namespace', operator: '=', value: 'shop' },
      { key: 'namespace', operator: '=|', value: 'web' },
      { key: 'container', operator: '!=', value: 'sidecar' },
    ];
    const known = knownOfFilters({ filters });
    expect(known && whereTo(known)).toBe(`${APP}/timeline?namespace=shop&namespace=web`);
    expect(knownOfFilters({ filters: [] })).toBeUndefined();
  });

  it('has the values of a dashboard’s variables', () => {
    const scopedVars = { namespace: { text: 'shop', value: 'shop' } };
    expect(pathOf({ ...explore('{namespace=~"$namespace"}'), scopedVars })).toBe(`${APP}/timeline?namespace=shop`);
    setVariables([{ name: 'namespace', value: ['a.b', 'c'], all: undefined }]);
    expect(pathOf(explore('{namespace=~"$namespace"}'))).toBe(`${APP}/timeline?namespace=a.b&namespace=c`);
    setVariables([{ name: 'namespace', value: ['a', 'c'], all: '.*' }]);
    expect(pathOf(explore('{namespace=~"$namespace"}'))).toBeUndefined();
  });

  it('of a log line leads to its container', () => {
    expect(pathOf({ attributes: { container_id: ['4703b9db1c2e'], namespace: ['shop'] } })).toBe(
      `${APP}/lookup?q=4703b9db1c2e`
    );
    expect(pathOf({ attributes: { 'k8s.pod.name': ['hello-rtkpw'], 'k8s.namespace.name': ['shop'] } })).toBe(
      `${APP}/lookup?q=shop%2Fhello-rtkpw`
    );
  });

  it('of a log line stands beside the labels that name a container or its pod, and beside no other', () => {
    const context = { attributes: { container_id: ['4703b9db1c2e'], 'k8s.pod.name': ['hello-rtkpw'], app: ['x'] } };
    expect(LINKED_LABELS.filter((label) => knownOfLabel(context, label))).toEqual(['container_id', 'k8s.pod.name']);
    expect(knownOfLabel({ attributes: { app: ['x'] } }, 'pod')).toBeUndefined();
  });

  it.each([
    ['metrics without a namespace', { targets: [{ expr: '{pod="a"}', datasource: { type: 'prometheus' } }] }],
    ['another data source', { targets: [{ expr: '{pod="a", namespace="b"}', datasource: { type: 'tempo' } }] }],
    ['nothing of containers', explore('{app="nginx"}')],
    ['no context', undefined],
    ['something else', 'text'],
  ])('is not there for %s', (_, context) => {
    expect(pathOf(context)).toBeUndefined();
  });
});

/** The command palette shows titles of any length. */
const ofMenus = plugin.extensions.addedLinks.filter(
  ({ targets }) => !targets.includes('grafana/commandpalette/action')
);
it.each([
  ['plugin.json', ofMenus.map(({ title }) => title)],
  ['English', [english.extensions.where, english.extensions.drilldown]],
  ['Japanese', [japanese.extensions.where, japanese.extensions.drilldown]],
])('Grafana’s menus, which cut what has 25 characters, show the titles of %s whole', (_, titles) => {
  expect(titles.filter((title) => title.length >= 25)).toEqual([]);
});
