import React, { type ReactNode } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '../shared/texts';
import { Stack, Text, useStyles2 } from '@grafana/ui';
import type { Case } from '../../model/cases';
import { adviceOn } from '../../model/advice';
import { sentenceText } from '../../model/messages/case-text';
import { causeText, confidenceMeaning, confidenceText, wordsIn } from '../shared/words';
import { Evidence } from './Evidence';
import { StatusBadge } from './StatusBadge';

/**
 * All that is known about a log that left its node: what happened, what that rests on, what to change.
 *
 * @param children stands below the sentence: the log, and ways to other pages
 */
export function CaseDetails({ one, timeZone, children }: { one: Case; timeZone: string; children?: ReactNode }) {
  const styles = useStyles2(getStyles);
  return (
    <Stack direction="column" gap={2}>
      <div className={styles.status}>
        <StatusBadge status={one.status} seen={one.seen} />
        <span>
          {causeText(one.cause)}
          {one.also.length > 0 &&
            ` (${t('case.also', 'also {{causes}}', { causes: one.also.map(causeText).join(', ') })})`}
        </span>
        {one.cause !== 'unknown' && (
          <Text color="secondary">
            {confidenceText(one.confidence)}: {confidenceMeaning(one.confidence)}
          </Text>
        )}
      </div>
      <p className={styles.sentence}>{sentenceText(one, wordsIn(timeZone))}</p>
      {children}
      <CaseEvidence one={one} timeZone={timeZone} />
    </Stack>
  );
}

/** What a case rests on, and what to change: all but the sentence. */
export function CaseEvidence({ one, timeZone }: { one: Case; timeZone: string }) {
  const styles = useStyles2(getStyles);
  const words = wordsIn(timeZone);
  const time = (text: string | null) => (text === null ? null : dateTimeFormat(text, { timeZone }));
  const owner =
    one.cronJob === null
      ? one.job
      : t('case.job-of-cronjob', '{{job}}, of CronJob {{cronJob}}', { job: one.job ?? '', cronJob: one.cronJob });
  const facts: Array<[name: string, value: ReactNode]> = [
    [t('case.finished', 'Finished'), time(one.finished)],
    [t('case.removed', 'Removed'), time(one.at)],
    [t('case.node', 'Node'), one.node],
    [t('case.job', 'Job'), owner],
    [t('case.restart-count', 'Restart count'), `${one.restart}`],
    [t('case.container-id', 'Container id'), one.containerId && <code>{one.containerId.slice(0, 12)}</code>],
    [t('case.cluster', 'Cluster'), one.cluster],
  ];
  return (
    <Stack direction="column" gap={2}>
      <dl className={styles.facts}>
        {facts.map(([name, value]) =>
          value === null || value === '' ? null : (
            <React.Fragment key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </React.Fragment>
          )
        )}
      </dl>
      <section>
        <Text element="h3" variant="h5">
          <Trans i18nKey="case.evidence">Evidence</Trans>
        </Text>
        <Evidence evidence={one.evidence} timeZone={timeZone} />
      </section>
      {one.rivals.length > 0 && (
        <section>
          <Text element="h3" variant="h5">
            <Trans i18nKey="case.rivals">Other causes</Trans>
          </Text>
          <ul className={styles.advice}>
            {one.rivals.map(({ cause, out, needs }) => (
              <li key={`${cause} ${out.length}`}>
                {causeText(cause)}:{' '}
                {out.length > 0
                  ? t('case.ruled-out', 'ruled out: {{why}}', { why: out.map((code) => words.render(code)).join('; ') })
                  : t('case.possible', 'possible; to decide: {{what}}', {
                      what: needs.map((code) => words.render(code)).join(', '),
                    })}
              </li>
            ))}
          </ul>
        </section>
      )}
      <section>
        <Text element="h3" variant="h5">
          <Trans i18nKey="case.advice">What to change</Trans>
        </Text>
        <ul className={styles.advice}>
          {adviceOn(one, words).map((advice) => (
            <li key={advice}>{advice}</li>
          ))}
        </ul>
      </section>
    </Stack>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  status: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
  sentence: css({ margin: 0, fontSize: theme.typography.h5.fontSize, lineHeight: 1.5, overflowWrap: 'anywhere' }),
  facts: css({
    display: 'grid',
    gridTemplateColumns: 'max-content 1fr',
    gap: theme.spacing(0.5, 2),
    margin: 0,
    dt: { color: theme.colors.text.secondary },
    dd: { margin: 0, overflowWrap: 'anywhere' },
  }),
  advice: css({
    margin: theme.spacing(1, 0, 0),
    paddingLeft: theme.spacing(2.5),
    li: { marginBottom: theme.spacing(0.5) },
  }),
});
