import {
  applyFieldOverrides,
  createTheme,
  type DataFrame,
  type DataQueryRequest,
  dateTime,
  EventBusSrv,
  type FieldConfigSource,
  LoadingState,
  type TimeRange,
} from '@grafana/data';
import { lastValueFrom } from 'rxjs';
import { setStandardFieldOptions } from '../../tools/grafana-host/page/services/panel-registries';
import { replaceVariables } from '../../tools/grafana-host/page/services/variables';
import { DEFAULTS, type JobTimelineOptions } from '../../src/job-timeline-panel/options';
import type { JobTimelineProps } from '../../src/job-timeline-panel/panel-props';
import { RECORD_SELECTOR } from '../../src/shared/settings';
import type { LokiDataSource } from './loki-data-source';

setStandardFieldOptions();

/** A dashboard's time range. Milliseconds since 1970. */
export function timeRange(from: number, to: number): TimeRange {
  const ends = { from: dateTime(from), to: dateTime(to) };
  return { ...ends, raw: ends };
}

interface Given {
  series: DataFrame[];
  range: TimeRange;
  options?: Partial<JobTimelineOptions>;
  fieldConfig?: FieldConfigSource;
  annotations?: DataFrame[];
  request?: DataQueryRequest;
}

/** What a dashboard hands to the panel: the field options are applied to the frames, as it does that. */
export function panelProps({ series, range, options, fieldConfig, annotations, request }: Given): JobTimelineProps {
  const fields = fieldConfig ?? { defaults: {}, overrides: [] };
  const applied = applyFieldOverrides({ data: series, fieldConfig: fields, replaceVariables, theme: createTheme() });
  return {
    ...{ id: 1, title: 'Job runs', transparent: false, width: 1000, height: 600, renderCounter: 0, timeZone: 'utc' },
    data: { state: LoadingState.Done, series: applied, timeRange: range, annotations, request },
    ...{ timeRange: range, options: { ...DEFAULTS, ...options }, fieldConfig: fields },
    ...{ eventBus: new EventBusSrv(), replaceVariables },
    onOptionsChange: () => undefined,
    onFieldConfigChange: () => undefined,
    onChangeTimeRange: () => undefined,
  };
}

/** Asks a Loki for its newest records as a panel's query does. @param maxLines the query's line limit */
export async function recordLines(
  loki: LokiDataSource,
  range: TimeRange,
  maxLines: number
): Promise<{ series: DataFrame[]; request: DataQueryRequest }> {
  const target = { refId: 'A', expr: RECORD_SELECTOR, queryType: 'range', maxLines, datasource: loki.getRef() };
  const request: DataQueryRequest = {
    ...{ requestId: 'Q1', targets: [target], range, interval: '1s', intervalMs: 1000 },
    ...{ scopedVars: {}, timezone: 'utc', app: 'dashboard', startTime: range.to.valueOf() },
  };
  const { data: series } = await lastValueFrom(loki.query(request));
  return { series, request };
}
