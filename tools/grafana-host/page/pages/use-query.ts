import {
  CoreApp,
  type DataQueryRequest,
  type DataQueryResponse,
  LoadingState,
  type PanelData,
  type TimeRange,
} from '@grafana/data';
import { getDataSourceSrv } from '@grafana/runtime';
import type { DataQuery } from '@grafana/schema';
import { useEffect, useMemo, useState } from 'react';
import { from, type Subscription } from 'rxjs';

const INTERVALS = 1_000;
let requests = 0;

/**
 * What Grafana's query runner gives a panel or Explore for queries of the Loki data source.
 * @param variables the values of a dashboard's variables, told apart as one text: with others, it is another query
 */
export function useQuery(targets: DataQuery[], timeRange: TimeRange, variables = ''): PanelData {
  const [{ asked, data }, setData] = useState<{ asked: unknown[]; data: PanelData }>({
    ...{ asked: [], data: { state: LoadingState.NotStarted, series: [], timeRange } },
  });
  useEffect(() => {
    let subscription: Subscription | undefined;
    let isOver = false;
    const show =
      (request: DataQueryRequest) =>
      ({ data: series, errors, state = LoadingState.Done }: DataQueryResponse) =>
        setData({ asked: [targets, variables], data: { state, series, errors, timeRange, request } });
    getDataSourceSrv()
      .get('loki')
      .then(
        (loki) => {
          if (!isOver) {
            // As Grafana's query runner does: what a variable named is now known.
            const request = requestFor(
              targets.map((target) => ({ ...target, datasource: loki.getRef() })),
              timeRange
            );
            subscription = from(loki.query(request)).subscribe(show(request));
          }
        },
        (reason) =>
          show(requestFor(targets, timeRange))({
            ...{ data: [], errors: [{ message: String(reason) }], state: LoadingState.Error },
          })
      );
    return () => {
      isOver = true;
      subscription?.unsubscribe();
    };
  }, [targets, timeRange, variables]);
  const isCurrent = asked[0] === targets && asked[1] === variables && data.timeRange === timeRange;
  return useMemo(() => (isCurrent ? data : { ...data, state: LoadingState.Loading }), [isCurrent, data]);
}

function requestFor(targets: DataQuery[], range: TimeRange): DataQueryRequest {
  const intervalMs = Math.max(1, (range.to.valueOf() - range.from.valueOf()) / INTERVALS);
  return {
    requestId: `host-${++requests}`,
    targets,
    range,
    interval: `${intervalMs}ms`,
    intervalMs,
    maxDataPoints: INTERVALS,
    scopedVars: {},
    timezone: 'browser',
    app: CoreApp.Dashboard,
    startTime: Date.now(),
  };
}
