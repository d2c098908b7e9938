/** What another plugin would give the components that the app exposes, by their ids. */
export const sampleProps: Record<string, object> = {
  'afterlog-timelines-app/lookup/v1': { question: 'job/hello' },
};

/** Contexts as Grafana hands them to the links at its extension points, by the point's id. */
export function sampleContexts(now: number): Record<string, object> {
  const timeRange = { from: new Date(now - 3_600_000).toISOString(), to: new Date(now).toISOString() };
  const datasource = { type: 'loki', uid: 'loki' };
  const expr = '{cluster="demo", namespace="job-test", container="main", workload="hello"}';
  const targets = [{ refId: 'A', expr, datasource, queryType: 'range' }];
  const attributes = {
    cluster: ['demo'],
    namespace: ['job-test'],
    container: ['main'],
    workload: ['hello'],
    pod: ['hello-rtkpw'],
    job: ['hello'],
  };
  return {
    'grafana/explore/toolbar/action': {
      ...{ exploreId: 'left', targets, timeRange, timeZone: 'browser', shouldShowAddCorrelation: false },
      data: { state: 'Done', series: [] },
    },
    'grafana/dashboard/panel/menu': {
      ...{ pluginId: 'logs', id: 1, title: 'Logs of hello', targets, timeRange, timeZone: 'browser' },
      dashboard: { uid: 'afterlog', title: 'Afterlog', tags: [] },
      scopedVars: {},
    },
    'grafana/logsview/resource-attributes': { attributes, datasource, timeRange },
    'grafana/commandpalette/action': {},
  };
}
