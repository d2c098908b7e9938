import React, { useMemo, useRef } from 'react';
import { css } from '@emotion/css';
import {
  createDataFrame,
  type DataFrame,
  dateTime,
  type Field,
  FieldType,
  getDisplayProcessor,
  type GrafanaTheme2,
  type TimeRange,
} from '@grafana/data';
import { LegendDisplayMode } from '@grafana/schema';
import { TimeSeries, useStyles2, useTheme2 } from '@grafana/ui';
import type { Span } from '../../../model/evidence';
import type { NodeCapacity } from '../../../model/capacity';
import { percentText } from '../../../model/messages/format';
import { t } from '../../shared/texts';
import { useSize } from '../../timeline/view/use-canvas';

/** More lines than these cannot be told apart. */
const MAX_LINES = 8;
/** Thresholds of more values than these are not drawn: the table has them. */
const MAX_THRESHOLDS = 6;
const HEIGHT = 240;
const NO_LEGEND = { showLegend: false, displayMode: LegendDisplayMode.List, placement: 'bottom' as const, calcs: [] };

interface Line {
  name: string;
  color: string;
  points: ReadonlyArray<readonly [at: number, percent: number]>;
  isThreshold: boolean;
}

/** The use of the worst nodes' disks over time, in per cent of their capacity, with the thresholds. */
export function HeadroomChart({
  nodes,
  span,
  timeZone,
}: {
  nodes: readonly NodeCapacity[];
  span: Span;
  timeZone: string;
}) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const place = useRef<HTMLDivElement>(null);
  const { width } = useSize(place);
  const lines = useMemo(() => linesOf(nodes, span, theme), [nodes, span, theme]);
  const frames = useMemo(() => lines.map((line) => frameOf(line, theme)), [lines, theme]);
  const timeRange = useMemo((): TimeRange => {
    const [from, to] = [dateTime(span.from), dateTime(span.to)];
    return { from, to, raw: { from, to } };
  }, [span]);
  if (!lines.some(({ isThreshold }) => !isThreshold)) {
    return null;
  }
  return (
    <figure className={styles.chart} aria-label={t('capacity.use-chart', 'Use of disks over time, in per cent')}>
      <div ref={place} className={styles.plot} aria-hidden>
        {width > 0 && <TimeSeries {...{ frames, timeRange, timeZone, width }} height={HEIGHT} legend={NO_LEGEND} />}
      </div>
      <ul className={styles.legend}>
        {lines.map(({ name, color, isThreshold }) => (
          <li key={name} className={styles.item}>
            <span
              className={styles.swatch}
              style={{ borderColor: color, borderStyle: isThreshold ? 'dashed' : 'solid' }}
            />
            {name}
          </li>
        ))}
      </ul>
    </figure>
  );
}

function linesOf(nodes: readonly NodeCapacity[], span: Span, theme: GrafanaTheme2): Line[] {
  const drawn = nodes.flatMap(({ node, headroom }) =>
    headroom.filter(({ unit }) => unit === 'bytes').map((measure) => ({ node, ...measure }))
  );
  const shown = drawn.slice(0, MAX_LINES);
  const { palette, getColorByName } = theme.visualization;
  const uses = shown.map(({ node, filesystem, use }, i): Line => ({
    name: `${node} ${filesystem}`,
    color: getColorByName(palette[i % palette.length] ?? 'gray'),
    points: use.points.map(([at, used]) => [at, (used / use.capacity) * 100] as const),
    isThreshold: false,
  }));
  const byPercent = new Map<number, Set<string>>();
  for (const { distances, use } of shown) {
    for (const { threshold, at } of distances) {
      if (threshold !== 'full') {
        const percent = Math.round((at / use.capacity) * 1000) / 10;
        byPercent.set(percent, (byPercent.get(percent) ?? new Set()).add(threshold));
      }
    }
  }
  const thresholds = [...byPercent].sort(([a], [b]) => a - b).slice(0, byPercent.size > MAX_THRESHOLDS ? 0 : undefined);
  return [
    ...uses,
    ...thresholds.map(([percent, names], i): Line => ({
      name: `${[...names].join(', ')} (${percentText(percent)})`,
      color: getColorByName(i === 0 ? 'dark-orange' : 'dark-red'),
      points: [
        [span.from, percent],
        [span.to, percent],
      ],
      isThreshold: true,
    })),
  ];
}

function frameOf({ name, color, points, isThreshold }: Line, theme: GrafanaTheme2): DataFrame {
  const values: Field = {
    ...{ name, type: FieldType.number, values: points.map(([, percent]) => percent) },
    config: {
      ...{ unit: 'percent', min: 0, max: 100, color: { mode: 'fixed', fixedColor: color } },
      custom: {
        ...{ drawStyle: 'line', lineWidth: isThreshold ? 1 : 2, showPoints: points.length > 1 ? 'never' : 'always' },
        ...{ pointSize: 6, fillOpacity: 0, spanNulls: isThreshold ? true : longestGap(points) },
        ...(isThreshold && { lineStyle: { fill: 'dash', dash: [8, 6] } }),
      },
    },
  };
  values.display = getDisplayProcessor({ field: values, theme });
  const times = { name: 'Time', type: FieldType.time, values: points.map(([at]) => at), config: {} };
  return createDataFrame({ fields: [times, values] });
}

/** Points further apart than three usual distances are not joined: nobody observed the disk in between. */
function longestGap(points: Line['points']): number {
  const gaps = points.slice(1).map(([at], i) => at - (points[i]?.[0] ?? at));
  const usual = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? 0;
  return Math.max(3 * usual, 15 * 60_000);
}

const getStyles = (theme: GrafanaTheme2) => ({
  chart: css({ margin: 0, breakInside: 'avoid' }),
  plot: css({ width: '100%', height: HEIGHT, overflow: 'hidden' }),
  legend: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5, 2), listStyle: 'none' }),
  item: css({
    ...{ display: 'flex', alignItems: 'center', gap: theme.spacing(0.75) },
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  swatch: css({ width: theme.spacing(2), height: 0, borderWidth: '2px 0 0' }),
});
