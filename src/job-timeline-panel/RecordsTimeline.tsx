import React, { useMemo } from 'react';
import { linkTo } from '../app/link-to';
import { ObservedBy } from '../app/Observing';
import { TIMELINE_PATH } from '../shared/paths';
import { useRecords } from '../data/records';
import { recordKey } from '../../model/records';
import type { ContainerLife } from '../timeline/model/container-life';
import { useTimelineData } from '../timeline/view/use-timeline-data';
import { linksOfLife } from './data/data-links';
import { lokiOf } from './data/source';
import { NoRuns } from './NoRuns';
import { PanelStatus } from './PanelStatus';
import { PanelTimeline } from './PanelTimeline';
import type { JobTimelineProps } from './panel-props';
import { usePanelFilter } from './use-panel-filter';

interface RecordsTimelineProps {
  panel: JobTimelineProps;
  uid: string;
  /** Of the records' streams. */
  selector: string;
}

/** The timeline of all records of the range: the panel's query only names the Loki and the streams. */
export function RecordsTimeline({ panel, uid, selector }: RecordsTimelineProps) {
  const { data, options, timeRange, timeZone, fieldConfig, replaceVariables } = panel;
  const { logs } = options;
  const loki = useMemo(() => lokiOf(uid, selector, logs), [uid, selector, logs]);
  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const span = useMemo(() => ({ from, to }), [from, to]);
  const round = data.request?.requestId;
  const records = useRecords(loki, span, { disks: true }, round);
  const filter = usePanelFilter(panel);
  const { lives, nodes, all, now } = useTimelineData(records, { ...filter, others: options.others }, round, span);
  return (
    <PanelTimeline
      {...{ panel, lives, nodes, now, loki }}
      linksOf={(life) => linksOfLife(life, fieldConfig.defaults.links ?? [], replaceVariables, timeZone)}
      pageOf={(life) => pageOf(life, span)}
      status={<PanelStatus {...records} faulty={filter.faulty} />}
      empty={
        records.status === 'done' && (
          <NoRuns isFiltered={filter.passes !== undefined && all.length > 0} hasRecords={nodes.size > 0}>
            <ObservedBy loki={loki} span={span} timeZone={timeZone} />
          </NoRuns>
        )
      }
    />
  );
}

/** The container in the same time on the app's page. */
export const pageOf = (life: ContainerLife, { from, to }: { from: number; to: number }): string =>
  linkTo(TIMELINE_PATH, '', { from: `${from}`, to: `${to}`, case: recordKey(life) });
