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
import { useEffect, useState } from 'react';
import { from, type Subscription } from 'rxjs';

const INTERVALS = 1_000;
let requests = 0;

/** What Grafana's query runner gives a panel or Explore for queries of the Loki data source. */
export function useQuery(targets: DataQuery[], timeRange: TimeRange): PanelData {
  const [data, setData] = useState<PanelData>({ state: LoadingState.NotStarted, series: [], timeRange });
  useEffect(() => {
    let subscription: Subscription | undefined;
    let isOver = false;
    const request = requestFor(targets, timeRange);
    const show = ({ data: series, errors, state = LoadingState.Done }: DataQueryResponse) =>
      setData({ state, series, errors, timeRange, request });
    getDataSourceSrv()
      .get('loki')
      .then(
        (loki) => {
          if (!isOver) {
            subscription = from(loki.query(request)).subscribe(show);
          }
        },
        (reason) => show({ data: [], errors: [{ message: String(reason) }], state: LoadingState.Error })
      );
    return () => {
      isOver = true;
      subscription?.unsubscribe();
    };
  }, [targets, timeRange]);
  return data.request?.targets === targets && data.timeRange === timeRange
    ? data
    : { ...data, state: LoadingState.Loading };
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
