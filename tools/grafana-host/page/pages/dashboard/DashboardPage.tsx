import { css } from '@emotion/css';
import { EventBusSrv, type GrafanaTheme2, type PanelPlugin } from '@grafana/data';
import { Alert, RefreshPicker, TimeRangePicker, useStyles2 } from '@grafana/ui';
import React, { useEffect, useRef, useState } from 'react';
import { errorText } from '../../../../../model/error-text';
import { useHost, useLocation } from '../../chrome/HostContext';
import { HostPluginPage } from '../../chrome/PluginPage';
import { corePanels } from './core-panels';
import { loadPanels } from '../../plugins';
import { type DashboardJson, loadDashboard } from './dashboard-json';
import { HostedPanel } from './HostedPanel';
import { showRange, useTimeRange } from './time-range-in-url';
import { useVariables } from './use-variables';
import { VariableBar } from './VariableBar';

type Loaded = { dashboard: DashboardJson; panels: Map<string, PanelPlugin> } | { failure: string };

/** A dashboard of src/dashboards/, with the panels that the app brings, and some of Grafana's own. */
export function DashboardPage() {
  const { app } = useHost();
  const uid = useLocation().pathname.split('/')[2] ?? '';
  const [loaded, setLoaded] = useState<Loaded>();
  useEffect(() => {
    Promise.all([loadDashboard(uid), loadPanels(app.meta)]).then(
      ([dashboard, panels]) => setLoaded({ dashboard, panels: new Map([...corePanels, ...panels]) }),
      (reason) => setLoaded({ failure: errorText(reason) })
    );
  }, [app, uid]);
  if (loaded === undefined) {
    return null;
  }
  return 'failure' in loaded ? (
    <HostPluginPage pageNav={{ text: 'Dashboard' }}>
      <Alert severity="error" title={loaded.failure} />
    </HostPluginPage>
  ) : (
    <ShownDashboard {...loaded} />
  );
}

const ROW_HEIGHT = 38;
const COLUMNS = 24;

function ShownDashboard({ dashboard, panels }: { dashboard: DashboardJson; panels: Map<string, PanelPlugin> }) {
  const styles = useStyles2(getStyles);
  const [round, setRound] = useState(0);
  const timeRange = useTimeRange(dashboard.time, round);
  const [eventBus] = useState(() => new EventBusSrv());
  const variables = useVariables(dashboard.templating.list);
  const values = JSON.stringify(variables?.map(({ name, chosen }) => [name, chosen]));
  const [width, setWidth] = useState(0);
  const grid = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    if (grid.current !== null) {
      observer.observe(grid.current);
    }
    return () => observer.disconnect();
  }, []);
  const [from, to] = [timeRange.from.valueOf(), timeRange.to.valueOf()];
  const move = (by: number) => showRange(Math.round(from + by * (to - from)), Math.round(to + by * (to - from)));
  const toolbar = (
    <>
      <TimeRangePicker
        value={timeRange}
        onChange={({ raw }) => showRange(textOf(raw.from), textOf(raw.to))}
        onChangeTimeZone={() => undefined}
        onMoveBackward={() => move(-0.5)}
        onMoveForward={() => move(0.5)}
        onZoom={() => showRange(Math.round(from - (to - from) / 2), Math.round(to + (to - from) / 2))}
      />
      <RefreshPicker
        tooltip="Refresh"
        onRefresh={() => setRound(round + 1)}
        onIntervalChanged={() => undefined}
        noIntervalPicker
      />
    </>
  );
  return (
    <HostPluginPage pageNav={{ text: dashboard.title }} actions={toolbar}>
      {variables && <VariableBar variables={variables} />}
      <div className={styles.grid} ref={grid}>
        {dashboard.panels.map((json) => {
          const plugin = panels.get(json.type);
          const { x, y, w, h } = json.gridPos;
          const style = { gridColumn: `${x + 1} / span ${w}`, gridRow: `${y + 1} / span ${h}` };
          return (
            <div key={json.id} style={style}>
              {plugin === undefined && <p>Grafana itself has the panels of the type {json.type}.</p>}
              {plugin !== undefined && width > 0 && variables !== undefined && (
                <HostedPanel
                  {...{ plugin, json, timeRange, eventBus }}
                  sync={dashboard.graphTooltip}
                  variables={values}
                  width={(width * w) / COLUMNS}
                  height={h * ROW_HEIGHT}
                />
              )}
            </div>
          );
        })}
      </div>
    </HostPluginPage>
  );
}

const textOf = (time: string | { valueOf(): number }) => (typeof time === 'string' ? time : time.valueOf());

const getStyles = (_: GrafanaTheme2) => ({
  grid: css({
    display: 'grid',
    gridTemplateColumns: `repeat(${COLUMNS}, 1fr)`,
    gridAutoRows: ROW_HEIGHT,
  }),
});
