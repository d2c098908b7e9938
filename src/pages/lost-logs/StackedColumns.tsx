import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Tooltip, useStyles2 } from '@grafana/ui';
import type { Column } from './counts';

export interface Series {
  name: string;
  text: string;
  color: string;
}

/** Columns of stacked counts over time, each a way into its stretch of time. */
export function StackedColumns({
  columns,
  series,
  label,
  timeText,
  onChoose,
}: {
  columns: readonly Column[];
  series: readonly Series[];
  /** Says all of it in a sentence. */
  label: string;
  timeText: (moment: number) => string;
  onChoose: (column: Column) => void;
}) {
  const styles = useStyles2(getStyles);
  const highest = Math.max(1, ...columns.map(({ total }) => total));
  const first = columns[0];
  const last = columns.at(-1);
  return (
    <div>
      <div className={styles.plot} role="group" aria-label={label}>
        <span className={styles.highest}>{highest.toLocaleString()}</span>
        {columns.map((column) =>
          column.total === 0 ? (
            <span key={column.from} className={styles.column} />
          ) : (
            <Tooltip key={column.from} content={textOf(column, series, timeText)} placement="top">
              <button
                type="button"
                className={styles.column}
                aria-label={textOf(column, series, timeText)}
                onClick={() => onChoose(column)}
              >
                {series.map(({ name, color }) => {
                  const part = (100 * (column.counts.get(name) ?? 0)) / highest;
                  return part === 0 ? null : (
                    <span
                      key={name}
                      className={styles.part}
                      style={{ height: `max(2px, ${part}%)`, background: color }}
                    />
                  );
                })}
              </button>
            </Tooltip>
          )
        )}
      </div>
      <div className={styles.axis} aria-hidden>
        <span>{first && timeText(first.from)}</span>
        <span>{last && timeText(last.to)}</span>
      </div>
    </div>
  );
}

const textOf = ({ from, to, counts }: Column, series: readonly Series[], timeText: (moment: number) => string) =>
  `${timeText(from)} – ${timeText(to)}: ${series
    .flatMap(({ name, text }) => (counts.has(name) ? `${counts.get(name) ?? 0} ${text}` : []))
    .join(', ')}`;

const getStyles = (theme: GrafanaTheme2) => ({
  plot: css({
    position: 'relative',
    display: 'flex',
    alignItems: 'stretch',
    gap: 1,
    height: theme.spacing(12),
    borderTop: `1px dashed ${theme.colors.border.weak}`,
    borderBottom: `1px solid ${theme.colors.border.medium}`,
  }),
  highest: css({
    position: 'absolute',
    top: 0,
    right: 0,
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    pointerEvents: 'none',
  }),
  column: css({
    display: 'flex',
    flex: '1 1 0',
    flexDirection: 'column-reverse',
    minWidth: 0,
    padding: 0,
    border: 'none',
    background: 'none',
    'button&': { cursor: 'pointer', '&:hover, &:focus-visible': { background: theme.colors.action.hover } },
  }),
  part: css({ display: 'block', width: '100%' }),
  axis: css({
    display: 'flex',
    justifyContent: 'space-between',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
});
