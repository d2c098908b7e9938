import React, { useCallback, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '../../shared/texts';
import { Button, LinkButton, LoadingPlaceholder, Stack, Text, useStyles2 } from '@grafana/ui';
import { accountOf, type FoundRun } from '../../../model/lookup';
import { sentenceText } from '../../../model/messages/case-text';
import { CaseEvidence, StatusBadge } from '../../details/case-details';
import { exploreRun } from '../../data/run-of-case';
import type { LokiSource } from '../../data/loki-source';
import { caseOfRun, readAnswer } from '../../data/records';
import { causeText, confidenceText, wordsIn } from '../../shared/words';
import { timelineLink } from '../../app/case-links';
import { useAnswer } from '../../shared/use-answer';

/** The answer in a sentence: where the log is, and what took it from its node. All the evidence is a click away. */
export function WhatHappened({ loki, run, timeZone }: { loki: LokiSource; run: FoundRun; timeZone: string }) {
  const styles = useStyles2(getStyles);
  const words = wordsIn(timeZone);
  const [isAll, showAll] = useState(false);
  const ask = useCallback(
    async (signal: AbortSignal) => {
      const of = caseOfRun(run);
      return of && (await readAnswer(loki, of, signal));
    },
    [loki, run]
  );
  const answer = useAnswer(ask);
  const { who, record } = run;
  const known = answer.state === 'done' ? answer.value : undefined;
  const one = known?.place === 'removed' ? known : undefined;
  return (
    <section
      className={styles.box}
      aria-label={t('lookup.what-happened', 'What happened to the log')}
      aria-live="polite"
    >
      <div className={styles.head}>
        <StatusBadge status={known?.status ?? record?.status ?? 'unknown'} seen={known?.seen ?? true} />
        <Text element="h2" variant="h4">
          {who.pod ?? t('lookup.a-pod', 'a pod')}
        </Text>
        <span className={styles.quiet}>{whereabouts(run)}</span>
      </div>
      {one && (
        <p className={styles.sentence}>
          <strong>{causeText(one.cause)}</strong>
          {one.cause !== 'unknown' && ` (${confidenceText(one.confidence)})`}. {sentenceText(one, words)}
        </p>
      )}
      <p className={styles.account}>
        {record !== undefined && one?.loki.code !== 'loki-other-shipper'
          ? words.renderAll(accountOf(record, known))
          : known !== undefined
            ? one === undefined && sentenceText(known, words)
            : answer.state !== 'loading' &&
              t(
                'lookup.no-account',
                'No agent has reported on this container yet. It may still be running; more lines may follow.'
              )}
      </p>
      {answer.state === 'loading' && <LoadingPlaceholder text={t('lookup.explaining', 'Determining the cause')} />}
      {answer.state === 'failed' && (
        <p className={styles.quiet}>
          {t('lookup.not-explained', 'Could not determine the cause: {{why}}', { why: answer.why })}
        </p>
      )}
      <Stack direction="row" gap={1} wrap="wrap">
        {one && (
          <>
            <Button
              size="sm"
              variant="secondary"
              icon={isAll ? 'angle-up' : 'angle-down'}
              aria-expanded={isAll}
              onClick={() => showAll(!isAll)}
            >
              <Trans i18nKey="lookup.evidence">Evidence and advice</Trans>
            </Button>
            <LinkButton size="sm" variant="secondary" icon="clock-nine" href={timelineLink(one, '')}>
              <Trans i18nKey="lookup.timeline">Timeline</Trans>
            </LinkButton>
          </>
        )}
        <LinkButton size="sm" variant="secondary" icon="compass" href={exploreRun(loki, run)}>
          <Trans i18nKey="lookup.explore">Explore</Trans>
        </LinkButton>
      </Stack>
      {isAll && one && <CaseEvidence one={one} timeZone={timeZone} />}
    </section>
  );
}

function whereabouts({ who: { namespace, container, restart, containerId, node, cluster } }: FoundRun): string {
  return [
    container,
    restart !== undefined && restart > 0 && t('lookup.restart', 'restart {{restart}}', { restart }),
    namespace && t('lookup.in-namespace', 'namespace {{namespace}}', { namespace }),
    node && t('lookup.on-node', 'node {{node}}', { node }),
    containerId && containerId.slice(0, 12),
    cluster && t('lookup.in-cluster', 'cluster {{cluster}}', { cluster }),
  ]
    .filter(Boolean)
    .join(' · ');
}

const getStyles = (theme: GrafanaTheme2) => ({
  box: css({
    display: 'flex',
    flexDirection: 'column',
    gap: theme.spacing(1.5),
    padding: theme.spacing(2),
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    background: theme.colors.background.primary,
  }),
  head: css({ display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1.5) }),
  quiet: css({ color: theme.colors.text.secondary }),
  sentence: css({ margin: 0, maxWidth: '100ch', fontSize: theme.typography.h5.fontSize, lineHeight: 1.5 }),
  account: css({ margin: 0, maxWidth: '100ch', overflowWrap: 'anywhere', '&:empty': { display: 'none' } }),
});
