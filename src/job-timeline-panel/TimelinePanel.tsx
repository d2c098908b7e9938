import React, { useMemo } from 'react';
import { useTheme2 } from '@grafana/ui';
import { AppErrorBoundary } from '../app/AppErrorBoundary';
import { ColorChoicesContext } from '../timeline/view/use-palette';
import { ContainersTimeline } from './ContainersTimeline';
import { colorsOfMappings } from './data/colors';
import { sourceOf } from './data/source';
import { LinesTimeline } from './LinesTimeline';
import { NothingToDraw } from './NothingToDraw';
import type { JobTimelineProps } from './panel-props';
import { parseOptions } from './parse-options';
import { RecordsTimeline } from './RecordsTimeline';

/** Job runs over the disks of their nodes, in a dashboard. */
export default function TimelinePanel(props: JobTimelineProps) {
  const theme = useTheme2();
  const { mappings } = props.fieldConfig.defaults;
  const colors = useMemo(() => colorsOfMappings(mappings ?? [], theme), [mappings, theme]);
  const options = useMemo(() => parseOptions(props.options), [props.options]);
  return (
    <AppErrorBoundary>
      <ColorChoicesContext.Provider value={colors}>
        <Drawn {...props} options={options} />
      </ColorChoicesContext.Provider>
    </AppErrorBoundary>
  );
}

function Drawn(props: JobTimelineProps) {
  const { data, options, replaceVariables } = props;
  const source = sourceOf(data, options, replaceVariables);
  switch (source.kind) {
    case 'containers':
      return <ContainersTimeline panel={props} />;
    case 'records':
      return <RecordsTimeline panel={props} uid={source.uid} selector={source.selector} />;
    case 'lines':
      return <LinesTimeline panel={props} />;
    case 'other':
    case 'nothing':
      return <NothingToDraw data={data} source={source} />;
  }
}
