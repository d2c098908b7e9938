import React from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { t } from '../shared/texts';
import { useStyles2 } from '@grafana/ui';
import type { Case, EvidenceSource } from '../../model/cases';

/** What a case rests on, oldest first, each with who told it. */
export function Evidence({ evidence, timeZone }: { evidence: Case['evidence']; timeZone: string }) {
  const styles = useStyles2(getStyles);
  return (
    <ol className={styles.list}>
      {evidence.map(({ at, source, text }) => (
        <li key={`${at} ${text}`} className={styles.item}>
          <time dateTime={at ?? undefined} className={styles.time}>
            {at === null ? '' : dateTimeFormat(at, { timeZone, format: 'HH:mm:ss' })}
          </time>
          <span>
            <span className={styles.source}>{sourceText(source)}</span>
            {text}
          </span>
        </li>
      ))}
    </ol>
  );
}

function sourceText(source: EvidenceSource): string {
  switch (source) {
    case 'kubelet log':
      return t('evidence.kubelet-log', 'kubelet log');
    case 'files on the node':
      return t('evidence.files', 'files on the node');
    case 'pod':
      return t('evidence.pod', 'pod');
    case 'job':
      return t('evidence.job', 'Job');
    case 'node':
      return t('evidence.node', 'node');
    case 'node condition':
      return t('evidence.node-condition', 'node condition');
    case 'event':
      return t('evidence.event', 'Event');
    case 'other container records':
      return t('evidence.other-container-records', 'other logs of the node');
    default:
      return source;
  }
}

const getStyles = (theme: GrafanaTheme2) => ({
  list: css({
    listStyle: 'none',
    margin: theme.spacing(1, 0, 0),
    borderLeft: `2px solid ${theme.colors.border.medium}`,
  }),
  item: css({
    display: 'grid',
    gridTemplateColumns: '8ch 1fr',
    gap: theme.spacing(1),
    padding: theme.spacing(0.5, 1.5),
    overflowWrap: 'anywhere',
  }),
  time: css({ color: theme.colors.text.secondary, fontVariantNumeric: 'tabular-nums' }),
  source: css({ display: 'block', color: theme.colors.text.secondary, fontSize: theme.typography.bodySmall.fontSize }),
});
