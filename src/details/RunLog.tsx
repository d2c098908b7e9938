import React, { useCallback, useMemo, useState } from 'react';
import { css } from '@emotion/css';
import { dateTimeFormat, type GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '../shared/texts';
import { Alert, Button, LoadingPlaceholder, Stack, useStyles2 } from '@grafana/ui';
import { nameOf } from '../../model/lookup';
import { download } from '../shared/download';
import type { FoundRun } from '../data/found-run';
import { linesOf, type LogPart, readLog, textOf } from '../data/run-log';
import type { LokiSource } from '../data/loki-source';
import { useAnswer } from '../shared/use-answer';

/** A container run's log, from its end backwards. */
export function RunLog({ loki, run, timeZone }: { loki: LokiSource; run: FoundRun; timeZone: string }) {
  const [known, setKnown] = useState<LogPart>();
  const read = useCallback(() => readLog(loki, run, known), [loki, run, known]);
  const answer = useAnswer(read);
  const part = answer.state === 'done' ? answer.value : known;
  return (
    <section
      aria-label={t('log.label', 'Log of {{name}}', { name: nameOf(run.who) })}
      aria-busy={answer.state === 'loading'}
    >
      {answer.state === 'loading' && <LoadingPlaceholder text={t('log.loading', 'Loading the log')} />}
      {answer.state === 'failed' && (
        <Alert severity="error" title={t('log.failed', 'The log could not be loaded')}>
          {answer.why}
        </Alert>
      )}
      {part !== undefined && <Lines part={part} run={run} timeZone={timeZone} />}
      {answer.state === 'done' && answer.value.entries.length > 0 && (
        <Stack direction="row" gap={1}>
          {!answer.value.isWhole && (
            <Button variant="secondary" icon="arrow-up" onClick={() => setKnown(answer.value)}>
              <Trans i18nKey="log.earlier">Load earlier lines</Trans>
            </Button>
          )}
          <Button
            variant="secondary"
            icon="download-alt"
            onClick={() => download(`${fileName(run)}.log`, textOf(answer.value.entries), 'text/plain')}
          >
            {answer.value.isWhole ? (
              <Trans i18nKey="log.download">Download</Trans>
            ) : (
              <Trans i18nKey="log.download-shown">Download what is shown</Trans>
            )}
          </Button>
        </Stack>
      )}
    </section>
  );
}

const fileName = ({ who: { namespace, pod, container, restart } }: FoundRun) =>
  [namespace, pod, container, restart].filter((part) => part !== undefined).join('_');

function Lines({ part, run: { record }, timeZone }: { part: LogPart; run: FoundRun; timeZone: string }) {
  const styles = useStyles2(getStyles);
  const lines = useMemo(() => linesOf(part.entries), [part]);
  const acked = record?.linesAcked ?? 0;
  const counts = { count: lines.length, shown: lines.length.toLocaleString(), all: acked.toLocaleString() };
  return (
    <>
      <p>
        {part.isWhole
          ? t('log.lines', '', {
              ...counts,
              defaultValue_one: '{{shown}} line',
              defaultValue_other: '{{shown}} lines',
            })
          : acked > lines.length
            ? t('log.last-of', 'The last {{shown}} of {{all}} lines', counts)
            : t('log.last', 'The last {{shown}} lines', counts)}
      </p>
      {part.isWhole && lines.length < acked && (
        <Alert severity="warning" title={t('log.gone', 'Lines are in Loki no longer')}>
          <Trans i18nKey="log.gone-what" values={counts}>
            {'Loki had acknowledged {{all}} lines and gives {{shown}} now: its retention deletes what is old.'}
          </Trans>
        </Alert>
      )}
      {lines.length > 0 && (
        // A region that scrolls is one that the keyboard must reach.
        <pre className={styles.log} tabIndex={0}>
          {lines.map(({ ns, text, isError }, i) => (
            <div key={i} className={isError ? styles.error : undefined}>
              <time className={styles.time}>
                {dateTimeFormat(Number(ns / 1_000_000n), { timeZone, defaultWithMS: true })}
              </time>{' '}
              {text}
            </div>
          ))}
        </pre>
      )}
    </>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  log: css({
    maxHeight: '60vh',
    overflow: 'auto',
    margin: theme.spacing(0, 0, 2),
    padding: theme.spacing(1),
    fontSize: theme.typography.bodySmall.fontSize,
    whiteSpace: 'pre-wrap',
    overflowWrap: 'anywhere',
  }),
  time: css({ color: theme.colors.text.secondary, userSelect: 'none' }),
  error: css({ borderLeft: `2px solid ${theme.colors.error.border}`, paddingLeft: theme.spacing(0.5) }),
});
