import React, { useMemo } from 'react';
import type { DataFrame } from '@grafana/data';
import { timedLinesOf } from '../data/log-frames';
import { recordsOfLines, type Shortage } from '../data/records';
import { useTimelineData } from '../timeline/view/use-timeline-data';
import { linksOfLife } from './data/data-links';
import { lokiOf } from './data/source';
import { NoRuns } from './NoRuns';
import { PanelStatus } from './PanelStatus';
import { PanelTimeline } from './PanelTimeline';
import { pageOf } from './RecordsTimeline';
import type { JobTimelineProps } from './panel-props';
import { usePanelFilter } from './use-panel-filter';

/** The timeline of the records among the lines that the panel's query gave. */
export function LinesTimeline({ panel }: { panel: JobTimelineProps }) {
  const { data, options, timeRange, timeZone, fieldConfig, replaceVariables } = panel;
  const { logs } = options;
  const { series, request } = data;
  const read = useMemo(() => recordsOfLines(timedLinesOf(series)), [series]);
  const partial = useMemo(() => shortagesOf(series, read.unreadable), [series, read]);
  const filter = usePanelFilter(panel);
  const round = request?.requestId;
  const { lives, nodes, all, now } = useTimelineData(read, { ...filter, others: options.others }, round);
  const uid = request?.targets[0]?.datasource?.uid;
  const loki = useMemo(() => (uid === undefined ? undefined : lokiOf(uid, '', logs)), [uid, logs]);
  const span = { from: timeRange.from.valueOf(), to: timeRange.to.valueOf() };
  return (
    <PanelTimeline
      {...{ panel, lives, nodes, now, loki }}
      linksOf={(life) => linksOfLife(life, fieldConfig.defaults.links ?? [], replaceVariables, timeZone)}
      pageOf={(life) => pageOf(life, span)}
      status={<PanelStatus status="done" partial={partial} faulty={filter.faulty} />}
      empty={<NoRuns isFiltered={filter.passes !== undefined && all.length > 0} hasRecords={nodes.size > 0} />}
    />
  );
}

/** A frame that is as long as its query's line limit has probably left out what is older. */
function shortagesOf(series: readonly DataFrame[], unreadable: number): Shortage[] {
  const full = series.filter(({ length, meta }) => meta?.limit !== undefined && length >= meta.limit);
  const lines = full.reduce((sum, { length }) => sum + length, 0);
  return [
    ...(lines > 0 ? [{ why: 'line-limit' as const, lines }] : []),
    ...(unreadable > 0 ? [{ why: 'unreadable' as const, lines: unreadable }] : []),
  ];
}
