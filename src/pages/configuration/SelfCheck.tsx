import React, { useCallback, useState } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, Icon, LoadingPlaceholder, Text, useStyles2 } from '@grafana/ui';
import { LokiSource } from '../../data/loki-source';
import { selfCheck } from '../../data/self-check';
import type { Settings } from '../../shared/settings';
import { t, Trans } from '../../shared/texts';
import { useAnswer } from '../../shared/use-answer';
import { findingsIn } from './findings';

/** Says what of Afterlog's is in the Loki chosen, and what to look at where something is missing. */
export function SelfCheck({ lokiUid, settings: { recordSelector, logs } }: { lokiUid: string; settings: Settings }) {
  const styles = useStyles2(getStyles);
  const [since, setSince] = useState(Date.now);
  const ask = useCallback(
    () => selfCheck(new LokiSource(lokiUid, recordSelector, logs), since),
    [lokiUid, recordSelector, logs, since]
  );
  const answer = useAnswer(ask);
  return (
    <section className={styles.check} aria-label={t('check.title', 'Self-check')} aria-live="polite">
      <Text element="h2" variant="h5">
        <Trans i18nKey="check.heading">What is in this Loki, of the last 24 hours</Trans>
      </Text>
      {answer.state === 'loading' && <LoadingPlaceholder text={t('check.loading', 'Asking Loki')} />}
      {answer.state === 'failed' && (
        <Alert severity="error" title={t('check.failed', 'Loki did not answer')}>
          <p>{answer.why}</p>
          <Trans i18nKey="check.failed-what">Test the data source on its own page in Grafana.</Trans>
        </Alert>
      )}
      {answer.state === 'done' && (
        <ul className={styles.list}>
          {findingsIn(answer.value, logs, (ms) => dateTimeFormat(ms)).map(({ isGood, title, what }) => (
            <li key={title} className={styles.finding}>
              <Icon
                name={isGood ? 'check-circle' : 'exclamation-triangle'}
                className={isGood ? styles.good : styles.bad}
                title={isGood ? t('check.good', 'Found') : t('check.bad', 'Missing')}
              />
              <div>
                {title}
                {what !== undefined && <p className={styles.what}>{what}</p>}
              </div>
            </li>
          ))}
        </ul>
      )}
      <div>
        <Button
          variant="secondary"
          icon="sync"
          onClick={() => setSince(Date.now())}
          disabled={answer.state === 'loading'}
        >
          <Trans i18nKey="check.again">Check again</Trans>
        </Button>
      </div>
    </section>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  check: css({ display: 'flex', flexDirection: 'column', gap: theme.spacing(1.5), maxWidth: '90ch' }),
  list: css({ listStyle: 'none' }),
  finding: css({ display: 'flex', gap: theme.spacing(1.5), padding: theme.spacing(0.75, 0) }),
  what: css({ margin: 0, color: theme.colors.text.secondary }),
  good: css({ color: theme.colors.success.text, flexShrink: 0 }),
  bad: css({ color: theme.colors.warning.text, flexShrink: 0 }),
});
