import React, { useMemo } from 'react';
import type { NodeLane } from '../timeline/model/node-lane';
import { livesOfFrames } from './data/container-frames';
import { linksOfRow } from './data/data-links';
import { NoRuns } from './NoRuns';
import { PanelStatus } from './PanelStatus';
import { PanelTimeline } from './PanelTimeline';
import type { JobTimelineProps } from './panel-props';
import { usePanelFilter } from './use-panel-filter';

/** Nothing is known of their disks. */
const NO_NODES = new Map<string, NodeLane>();

/** The timeline of frames with a row for each container. */
export function ContainersTimeline({ panel }: { panel: JobTimelineProps }) {
  const { series, request } = panel.data;
  const framed = useMemo(() => livesOfFrames(series), [series]);
  const filter = usePanelFilter(panel);
  const { passes } = filter;
  const lives = useMemo(
    () => framed.map(({ life }) => life).filter((life) => passes === undefined || passes(life)),
    [framed, passes]
  );
  const now = useMemo(() => laterThan(request?.requestId), [request?.requestId]);
  const rows = useMemo(() => new Map(framed.map(({ life, frame, row }) => [life, { frame, row }])), [framed]);
  return (
    <PanelTimeline
      {...{ panel, lives, now }}
      nodes={NO_NODES}
      loki={undefined}
      linksOf={(life) => {
        const place = rows.get(life);
        return place === undefined ? [] : linksOfRow(place.frame, place.row);
      }}
      status={<PanelStatus status="done" partial={[]} faulty={filter.faulty} />}
      empty={<NoRuns isFiltered={framed.length > lives.length} hasRecords />}
    />
  );
}

/** The time of day in a round; it stands still until the next. */
const laterThan = (_round: string | undefined): number => Date.now();
