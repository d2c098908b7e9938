import React, { useMemo } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { t } from '../../shared/texts';
import { locationService } from '@grafana/runtime';
import { RadioButtonGroup, Stack, useStyles2, useTheme2 } from '@grafana/ui';
import { isCauseId } from '../../../model/causes';
import { logStatusSchema } from '../../../model/records';
import type { Span } from '../../../model/evidence';
import type { CaseTally } from '../../data/records';
import { useLocation } from '../../shared/use-location';
import { causeText, LOG_STATUS_LOOKS, statusText } from '../../shared/words';
import { columnsOf, totalsOf } from './counts';
import { StackedColumns } from './StackedColumns';

type By = 'status' | 'cause';

/** How many cases there were over time, and of which status or cause; a click shows only that stretch of time. */
export function CasesChart({
  tallies,
  span,
  step,
  timeZone,
  onSpan,
}: {
  tallies: readonly CaseTally[];
  span: Span;
  /** How long a column is, in milliseconds. */
  step: number;
  timeZone: string;
  onSpan: (span: Span) => void;
}) {
  const styles = useStyles2(getStyles);
  const theme = useTheme2();
  const by: By = new URLSearchParams(useLocation('search')).get('by') === 'cause' ? 'cause' : 'status';
  const [columns, totals] = useMemo(() => {
    const seriesOf = (tally: CaseTally): string => tally[by];
    return [columnsOf(tallies, span, step, seriesOf), totalsOf(tallies, seriesOf)];
  }, [tallies, span, step, by]);
  const series = totals.map(([name, n], i) => ({ name, n, text: textOf(name), color: colorOf(theme, name, i) }));
  const time = (moment: number) => dateTimeFormat(moment, { timeZone });
  const label = t('chart.label', 'Cases from {{from}} to {{to}}: {{totals}}', {
    ...{ from: time(span.from), to: time(span.to) },
    totals: series.map(({ text, n }) => `${n} ${text}`).join(', '),
  });
  return (
    <section className={styles.chart}>
      <Stack direction="row" gap={2} justifyContent="space-between" alignItems="center" wrap="wrap">
        <ul className={styles.legend}>
          {series.map(({ name, n, text, color }) => (
            <li key={name} className={styles.item}>
              <span className={styles.swatch} style={{ background: color }} />
              <strong>{n.toLocaleString()}</strong> {text}
            </li>
          ))}
        </ul>
        <RadioButtonGroup
          size="sm"
          aria-label={t('chart.by', 'Count by')}
          options={[
            { value: 'status' as const, label: t('chart.by-status', 'Log in Loki') },
            { value: 'cause' as const, label: t('chart.by-cause', 'Cause') },
          ]}
          value={by}
          onChange={(value) => locationService.partial({ by: value === 'status' ? null : value }, true)}
        />
      </Stack>
      <StackedColumns
        columns={columns}
        series={series}
        label={label}
        timeText={time}
        onChoose={({ from, to }) => onSpan({ from, to })}
      />
    </section>
  );
}

const isLogStatus = (name: string) => logStatusSchema.safeParse(name).data;

function textOf(name: string): string {
  const status = isLogStatus(name);
  if (isCauseId(name)) {
    return causeText(name);
  }
  return status === undefined || status === 'unknown' ? causeText('unknown') : statusText(status);
}

/** A status has its own colour everywhere; causes take the theme's, most frequent first. */
function colorOf(theme: GrafanaTheme2, name: string, at: number): string {
  const status = isLogStatus(name);
  if (status !== undefined) {
    const shade = status === 'rescued' ? 'light-green' : LOG_STATUS_LOOKS[status].color;
    return theme.visualization.getColorByName(shade);
  }
  const { palette } = theme.visualization;
  return theme.visualization.getColorByName(palette[at % palette.length] ?? 'gray');
}

const getStyles = (theme: GrafanaTheme2) => ({
  chart: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1),
    padding: theme.spacing(1.5, 2),
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.primary,
  }),
  legend: css({ display: 'flex', flexWrap: 'wrap', gap: theme.spacing(0.5, 2), listStyle: 'none' }),
  item: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.75) }),
  swatch: css({ width: theme.spacing(1.5), height: theme.spacing(1.5), borderRadius: theme.shape.radius.default }),
});
