import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Button, Icon, type IconName, LoadingBar, useStyles2 } from '@grafana/ui';
import { progressText, type Records, shortageText } from '../data/records';
import { t, Trans } from '../shared/texts';

type PanelStatusProps = Pick<Records, 'status' | 'partial'> &
  Partial<Pick<Records, 'progress' | 'error' | 'cancel' | 'reload'>> & {
    /** Patterns of the options that cannot be read. */
    faulty: readonly string[];
  };

/** How far the reading is, and what of the data is not there: a line each, panels are low. */
export function PanelStatus({ status, progress, error, partial, faulty, cancel, reload }: PanelStatusProps) {
  const again = reload && (
    <Button size="sm" variant="secondary" fill="text" icon="sync" onClick={reload}>
      <Trans i18nKey="records.again">Read again</Trans>
    </Button>
  );
  return (
    <>
      {status === 'loading' && progress && (
        <Line icon="sync">
          <span>{progressText(progress)}</span>
          <Button size="sm" variant="secondary" fill="text" onClick={cancel}>
            <Trans i18nKey="records.cancel">Stop</Trans>
          </Button>
          <LoadingBar width={120} />
        </Line>
      )}
      {status === 'cancelled' && (
        <Line icon="info-circle">
          <span>{t('panel.cancelled', 'The reading was stopped: this is a part of the data.')}</span>
          {again}
        </Line>
      )}
      {status === 'failed' && (
        <Line icon="exclamation-circle">
          <span>{t('panel.failed', 'Loki did not answer, this is a part of the data: {{error}}', { error })}</span>
          {again}
        </Line>
      )}
      {partial.map((shortage) => (
        <Line key={shortage.why} icon="exclamation-triangle">
          <span>
            <Trans i18nKey="records.partial">This is a part of the data</Trans>. {shortageText(shortage)}{' '}
            {shortage.why === 'line-limit' &&
              t('panel.line-limit-way', 'The option “Read all records” reads them, too.')}
          </span>
        </Line>
      ))}
      {faulty.map((pattern) => (
        <Line key={pattern} icon="exclamation-triangle">
          <span>
            {t('panel.faulty', 'A filter is no regular expression, and leaves out nothing: {{pattern}}', { pattern })}
          </span>
        </Line>
      ))}
    </>
  );
}

function Line({ icon, children }: { icon: IconName; children: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.line} role="status">
      <Icon name={icon} size="sm" />
      {children}
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  line: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    flex: 'none',
    overflow: 'hidden',
    minHeight: theme.spacing(3.5),
    padding: theme.spacing(0, 1),
    borderBottom: `1px solid ${theme.colors.border.weak}`,
    color: theme.colors.text.secondary,
    fontSize: theme.typography.bodySmall.fontSize,
    fontVariantNumeric: 'tabular-nums',
  }),
});
