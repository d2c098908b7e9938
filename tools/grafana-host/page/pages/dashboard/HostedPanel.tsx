import {
  applyFieldOverrides,
  CoreApp,
  DashboardCursorSync,
  type EventBusSrv,
  getPanelOptionsWithDefaults,
  LoadingState,
  type PanelPlugin,
  PluginContextProvider,
  type TimeRange,
} from '@grafana/data';
import { PanelChrome, type PanelContext, PanelContextProvider, useTheme2 } from '@grafana/ui';
import React, { useMemo, useState } from 'react';
import { useQuery } from '../use-query';
import { replaceVariables } from '../../services/variables';
import type { PanelJson } from './dashboard-json';
import { useTransformed } from './use-transformed';
import { showRange } from './time-range-in-url';

export interface HostedPanelProps {
  plugin: PanelPlugin;
  json: PanelJson;
  timeRange: TimeRange;
  /** Shared by all panels: where the cursor is. */
  eventBus: EventBusSrv;
  sync: DashboardCursorSync;
  /** The chosen values, told apart as one text. */
  variables: string | undefined;
  width: number;
  height: number;
}

/** A panel as a dashboard shows it: its query run, its options and field configuration applied. */
export function HostedPanel({
  plugin,
  json,
  timeRange,
  eventBus: shared,
  sync,
  variables,
  width,
  height,
}: HostedPanelProps) {
  const theme = useTheme2();
  const [changed, setChanged] = useState<Pick<PanelJson, 'options' | 'fieldConfig'>>(json);
  const { options, fieldConfig } = useMemo(
    () =>
      getPanelOptionsWithDefaults({
        plugin,
        currentOptions: changed.options,
        currentFieldConfig: changed.fieldConfig,
        isAfterPluginChange: false,
      }),
    [plugin, changed]
  );
  const raw = useTransformed(useQuery(json.targets, timeRange, variables), json.transformations);
  const data = useMemo(() => {
    const registry = plugin.fieldConfigRegistry;
    const settings = { fieldConfig, fieldConfigRegistry: registry, replaceVariables, theme };
    return { ...raw, series: applyFieldOverrides({ data: raw.series, ...settings }) };
  }, [raw, fieldConfig, plugin, theme]);
  // As in Grafana, events say which panel they come from.
  const eventBus = useMemo(() => shared.newScopedBus(`panel-${json.id}`), [shared, json.id]);
  const context = useMemo<PanelContext>(
    () => ({ eventsScope: 'global', eventBus, sync: () => sync, app: CoreApp.Dashboard }),
    [eventBus, sync]
  );
  const Panel = plugin.panel;
  return (
    <PanelContextProvider value={context}>
      <PanelChrome
        title={json.title}
        width={width}
        height={height}
        padding={plugin.noPadding ? 'none' : 'md'}
        loadingState={data.state}
        statusMessage={data.errors?.[0]?.message}
      >
        {(innerWidth, innerHeight) =>
          Panel !== null && data.state !== LoadingState.NotStarted ? (
            <PluginContextProvider meta={plugin.meta}>
              <Panel
                id={json.id}
                title={json.title}
                data={data}
                timeRange={data.timeRange}
                timeZone="browser"
                options={options}
                fieldConfig={fieldConfig}
                transparent={false}
                width={innerWidth}
                height={innerHeight}
                renderCounter={0}
                eventBus={eventBus}
                replaceVariables={replaceVariables}
                onOptionsChange={(to: Record<string, unknown>) => setChanged({ ...changed, options: to })}
                onFieldConfigChange={() => undefined}
                onChangeTimeRange={({ from, to }) => showRange(from, to)}
              />
            </PluginContextProvider>
          ) : null
        }
      </PanelChrome>
    </PanelContextProvider>
  );
}
