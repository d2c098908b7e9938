import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t } from '../../shared/texts';
import { useStyles2 } from '@grafana/ui';
import { EXITS, LOG_STATUSES } from '../model/spans';
import { MARK_KINDS } from '../model/node-marks';
import { signPath } from '../paint/marks';
import { exitText, markName, statusText } from './describe';
import { usePalette } from './use-palette';
import { StatusIcon } from './StatusIcon';

/** What the shapes and colours of the picture mean. */
export function Legend() {
  const styles = useStyles2(getStyles);
  const palette = usePalette();
  return (
    <ul className={styles.list} aria-label={t('timeline.legend.label', 'Legend')}>
      {EXITS.filter((exit) => exit !== 'unknown').map((exit) => (
        <li key={exit} className={styles.entry}>
          <svg width="22" height="10" aria-hidden="true">
            <rect x="0" y="1" width="22" height="8" rx="2" fill={palette.exits[exit]} />
            {exit === 'failed' && <path d="M15 1h3l-2 8h-3Z" fill={palette.background} />}
          </svg>
          {exitText(exit)}
        </li>
      ))}
      <li className={styles.entry}>
        <svg width="22" height="10" aria-hidden="true">
          <rect x="0" y="1" width="6" height="8" rx="2" fill={palette.exits.complete} />
          <rect x="6" y="3.5" width="16" height="3" fill={palette.tails.complete} />
        </svg>
        {t('timeline.legend.tail', 'log on the node')}
      </li>
      {LOG_STATUSES.map((status) => (
        <li key={status} className={styles.entry}>
          <StatusIcon status={status} /> {statusText(status)}
        </li>
      ))}
      <li className={styles.entry}>
        <svg width="18" height="14" aria-hidden="true">
          <rect x="4" width="14" height="14" fill={palette.reclaiming} />
          <path d="M0 0H10L5 7Z" fill={palette.firstReclaim} />
          <path d="M5 0V14" stroke={palette.firstReclaim} strokeWidth="1.5" />
        </svg>
        {t('timeline.legend.reclaiming', 'reclaim; DiskPressure not reported yet')}
      </li>
      <li className={styles.entry}>
        <svg width="16" height="12" aria-hidden="true">
          <rect width="16" height="12" fill={palette.pressure} />
        </svg>
        {t('timeline.legend.pressure', 'DiskPressure')}
      </li>
      <li className={styles.entry}>
        <svg width="16" height="14" aria-hidden="true">
          <path d="M8 2.5 12.5 7 8 11.5 3.5 7Z" fill={palette.background} stroke={palette.eviction} strokeWidth="1.4" />
        </svg>
        {t('timeline.legend.crossing', 'what the kubelet measured')}
      </li>
      <li className={styles.entry}>
        <svg width="16" height="12" aria-hidden="true">
          <path d="M0 12 12 0M-6 12 6 0M6 12 18 0M12 12 24 0" stroke={palette.unobserved} strokeWidth="1.2" />
        </svg>
        {t('timeline.legend.unobserved', 'not observed')}
      </li>
      {MARK_KINDS.map((kind) => (
        <li key={kind} className={styles.entry}>
          <svg width="16" height="16" aria-hidden="true">
            <rect width="16" height="16" rx="4" fill={palette.marks[kind]} />
            <path d={signPath(kind)} stroke={palette.onColor} strokeWidth="1.3" fill="none" strokeLinecap="round" />
          </svg>
          {markName(kind)}
        </li>
      ))}
    </ul>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    display: 'flex',
    flexWrap: 'wrap',
    gap: theme.spacing(0.5, 2),
    listStyle: 'none',
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
  }),
  entry: css({ display: 'flex', alignItems: 'center', gap: theme.spacing(0.75) }),
});
