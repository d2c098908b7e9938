import {
  FieldType,
  getDisplayProcessor,
  getFieldDisplayName,
  type PanelData,
  PanelPlugin,
  type PanelProps,
} from '@grafana/data';
import { LegendDisplayMode } from '@grafana/schema';
import { BigValue, BigValueColorMode, BigValueGraphMode, EventBusPlugin, TimeSeries, useTheme2 } from '@grafana/ui';
import React, { useMemo } from 'react';
import { fieldOption } from '../../services/panel-registries';

// Grafana's own panels are in its application; what they draw with is in its library.

// The names of the library's legend entries are not their texts, which keeps people out who speak to their computer.
const LEGEND = { showLegend: false, displayMode: LegendDisplayMode.List, placement: 'bottom' as const, calcs: [] };

function TimeSeriesPanel({ data, timeRange, timeZone, width, height, eventBus }: PanelProps) {
  const frames = useMemo(() => data.series.filter(({ length }) => length > 0), [data.series]);
  return frames.length === 0 ? (
    <NoData />
  ) : (
    <TimeSeries {...{ frames, timeRange, timeZone, width, height }} legend={LEGEND}>
      {(config, frame) => <EventBusPlugin {...{ config, frame, eventBus }} />}
    </TimeSeries>
  );
}

function StatPanel({ data, width, height, fieldConfig }: PanelProps) {
  const theme = useTheme2();
  const values = numbersOf(data, fieldConfig.defaults.noValue);
  return (
    <div style={{ display: 'flex', width, height }}>
      {values.map(({ name, value, field }) => (
        <BigValue
          key={name}
          theme={theme}
          width={width / values.length}
          height={height}
          value={getDisplayProcessor({ field, theme })(value)}
          colorMode={BigValueColorMode.Value}
          graphMode={BigValueGraphMode.None}
        />
      ))}
    </div>
  );
}

/** The last number of each series. */
const numbersOf = ({ series }: PanelData, noValue = '0') => {
  const found = series.flatMap((frame) =>
    frame.fields
      .filter(({ type }) => type === FieldType.number)
      .map((field) => ({ name: getFieldDisplayName(field, frame, series), value: field.values.at(-1), field }))
  );
  const none = { name: '', value: noValue, field: { name: '', type: FieldType.string, config: {}, values: [noValue] } };
  return found.length === 0 ? [none] : found;
};

function TablePanel({ data, width, height, title }: PanelProps) {
  const [frame] = data.series;
  if (frame === undefined || frame.length === 0) {
    return <NoData />;
  }
  const names = frame.fields.map((field) => getFieldDisplayName(field, frame));
  return (
    <div role="group" aria-label={title} tabIndex={0} style={{ width, height, overflow: 'auto' }}>
      <table className="filter-table">
        <thead>
          <tr>
            {names.map((name) => (
              <th key={name}>{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {Array.from({ length: frame.length }, (_, row) => (
            <tr key={row}>
              {frame.fields.map(({ name, values }) => (
                <td key={name}>{String(values[row] ?? '')}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const NoData = () => <p>No data</p>;

const CUSTOM = ['drawStyle', 'lineWidth', 'fillOpacity', 'stacking', 'lineInterpolation', 'showPoints', 'spanNulls'];

/** The types of Grafana's panels that src/dashboards/ uses, as far as the host shows them. */
export const corePanels = new Map<string, PanelPlugin>([
  [
    'timeseries',
    new PanelPlugin(TimeSeriesPanel).useFieldConfig({
      useCustomConfig: (builder) => CUSTOM.forEach((path) => builder.addCustomEditor(fieldOption(path))),
    }),
  ],
  ['stat', new PanelPlugin(StatPanel).useFieldConfig()],
  ['table', new PanelPlugin(TablePanel).useFieldConfig()],
]);
