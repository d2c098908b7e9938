import React, { type ReactNode, useCallback, useMemo, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2, LinkModel } from '@grafana/data';
import { config } from '@grafana/runtime';
import { LinkButton, useStyles2, useTheme2 } from '@grafana/ui';
import { LifeDrawer } from '../details/LifeDrawer';
import type { LokiSource } from '../data/loki-source';
import { t } from '../shared/texts';
import { rounded, type View } from '../timeline/geometry/view';
import type { ContainerLife } from '../timeline/model/container-life';
import type { NodeLane } from '../timeline/model/node-lane';
import { Legend } from '../timeline/view/Legend';
import { LifeTable } from '../timeline/view/LifeTable';
import { TimelineView } from '../timeline/view/TimelineView';
import { annotationsOf } from './data/annotations';
import type { JobTimelineProps } from './panel-props';
import { useCrosshair } from './use-crosshair';

interface PanelTimelineProps {
  panel: JobTimelineProps;
  lives: readonly ContainerLife[];
  nodes: Map<string, NodeLane>;
  now: number;
  /** Where the logs are; undefined where no record of Afterlog tells of them. */
  loki: LokiSource | undefined;
  linksOf: (life: ContainerLife) => LinkModel[];
  /** To the app; undefined where it knows nothing of the container. */
  pageOf?: (life: ContainerLife) => string;
  /** What there is to say about the data. */
  status?: ReactNode;
  /** In place of rows where there are none. */
  empty: ReactNode;
}

/** A panel is too low for a legend below this. Pixels. */
const LEGEND_FROM = 300;

/** The timeline in a panel: in its time range, with the dashboard's crosshair and annotations; or the same as a table. */
export function PanelTimeline({ panel, lives, nodes, now, loki, linksOf, pageOf, status, empty }: PanelTimelineProps) {
  const { options, timeRange, timeZone, width, height, title, data, eventBus, onChangeTimeRange } = panel;
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const view = useMemo<View>(() => ({ from, to }), [from, to]);
  const onView = useCallback((wanted: View) => onChangeTimeRange(rounded(wanted)), [onChangeTimeRange]);
  const annotations = useMemo(() => annotationsOf(data.annotations, theme), [data.annotations, theme]);
  const crosshair = useCrosshair(eventBus);
  const isTable = options.view === 'table';
  const [opened, open] = useState<ContainerLife>();
  return (
    <div className={styles.panel} style={{ width, height }}>
      {status}
      <div className={styles.timeline}>
        {isTable ? (
          lives.length === 0 ? (
            empty
          ) : (
            <LifeTable {...{ lives, view, timeZone, now }} onOpen={open} />
          )
        ) : (
          <TimelineView
            {...{ lives, nodes, now, view, onView, timeZone, annotations, crosshair, empty }}
            groupBy={options.groupBy}
            sort={options.sort}
            rowHeight={options.rowHeight}
            showNodeLanes={options.lanes}
            showPressure={options.pressure}
            language={config.bootData?.user?.language ?? 'en-US'}
            label={title === '' ? undefined : t('panel.grid-label', '{{title}}: Job runs over time', { title })}
            isFramed={false}
            onOpen={open}
          />
        )}
      </div>
      {options.legend && !isTable && height >= LEGEND_FROM && (
        <div className={styles.legend}>
          <Legend />
        </div>
      )}
      {opened && (
        <LifeDrawer
          life={opened}
          loki={loki}
          searched={view}
          timeZone={timeZone}
          ways={<Ways page={pageOf?.(opened)} links={linksOf(opened)} />}
          onClose={() => open(undefined)}
        />
      )}
    </div>
  );
}

const Ways = ({ page, links }: { page: string | undefined; links: LinkModel[] }) => (
  <>
    {page !== undefined && (
      <LinkButton icon="clock-nine" variant="secondary" href={page}>
        {t('panel.to-timeline', 'Open in Afterlog')}
      </LinkButton>
    )}
    {links.map(({ href, title, target, onClick }) => (
      <LinkButton
        key={`${href} ${title}`}
        icon={target === '_blank' ? 'external-link-alt' : 'link'}
        variant="secondary"
        href={href}
        target={target}
        onClick={onClick}
      >
        {title}
      </LinkButton>
    ))}
  </>
);

const getStyles = (theme: GrafanaTheme2) => ({
  panel: css({ display: 'flex', flexDirection: 'column' }),
  timeline: css({ flex: 1, minHeight: 0 }),
  legend: css({
    flex: 'none',
    padding: theme.spacing(0.75, 1),
    borderTop: `1px solid ${theme.colors.border.weak}`,
  }),
});
