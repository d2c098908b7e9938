import React, { useState } from 'react';
import { css, cx } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '../../shared/texts';
import { Button, Icon, useStyles2 } from '@grafana/ui';
import { StatusBadge } from '../../details/case-details';
import type { FoundRun } from '../../../model/lookup';
import { ALL_RUNS, choose } from './search-params';

/** A Job may have run thousands of pods. */
const PAGE = 10;

/** The container runs that were found, to choose from. */
export function RunList({ runs, shown }: { runs: readonly FoundRun[]; shown: FoundRun | undefined }) {
  const styles = useStyles2(getStyles);
  const [limit, setLimit] = useState(PAGE);
  const listed = runs.slice(0, limit);
  const all = shown === undefined || listed.includes(shown) ? listed : [shown, ...listed];
  return (
    <ul className={styles.list} aria-label={t('lookup.found', 'Containers found')}>
      <li>
        <button
          type="button"
          className={cx(styles.item, shown === undefined && styles.current)}
          aria-current={shown === undefined || undefined}
          onClick={() => choose(ALL_RUNS)}
        >
          <Icon name="layers-alt" />
          {t('lookup.together', 'All {{count}} containers in one log', { count: runs.length })}
        </button>
      </li>
      {all.map((run) => (
        <li key={run.key}>
          <button
            type="button"
            className={cx(styles.item, run === shown && styles.current)}
            aria-current={run === shown || undefined}
            onClick={() => choose(run.key)}
          >
            <StatusBadge status={run.record?.status ?? 'unknown'} />
            <span className={styles.name}>
              {run.who.pod}/{run.who.container}
            </span>
            <span className={styles.quiet}>
              {run.who.restart === undefined
                ? ''
                : t('lookup.restart', 'restart {{restart}}', { restart: run.who.restart })}
            </span>
          </button>
        </li>
      ))}
      {runs.length > limit && (
        <li>
          <Button size="sm" variant="secondary" fill="text" onClick={() => setLimit(limit * 3)}>
            {t('lookup.more', 'Show more of {{all}}', { all: runs.length.toLocaleString() })}
          </Button>
        </li>
      )}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
  }),
  item: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1.5),
    width: '100%',
    padding: theme.spacing(0.75, 2),
    border: 'none',
    background: 'none',
    textAlign: 'left',
    color: theme.colors.text.primary,
    '&:hover': { background: theme.colors.action.hover },
  }),
  current: css({
    background: theme.colors.background.secondary,
    boxShadow: `inset 2px 0 ${theme.colors.primary.main}`,
  }),
  name: css({ overflowWrap: 'anywhere' }),
  quiet: css({ color: theme.colors.text.secondary, whiteSpace: 'nowrap', '[aria-current] > &': { color: 'inherit' } }),
});
