import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '../shared/texts';
import { Alert, Button, LoadingBar, useStyles2 } from '@grafana/ui';
import type { Shortage } from './evidence-reader';
import type { Progress } from './records-loader';
import type { Records } from './use-records';

/** How far the reading of records is, why it ended, and what of the data is not there. */
export function RecordsStatus({ records }: { records: Records }) {
  return <ReadingStatus {...records} isShown={hasRecords(records)} progress={progressText(records.progress)} />;
}

interface ReadingStatusProps extends Pick<Records, 'status' | 'error' | 'partial' | 'cancel' | 'reload'> {
  /** Something of it is shown already. */
  isShown: boolean;
  /** How far it is, as a text. */
  progress: string;
}

/** How far a reading is, why it ended, and what of the data is not there. */
export function ReadingStatus(reading: ReadingStatusProps) {
  const { status, error, partial, isShown, reload } = reading;
  return (
    <>
      {status === 'loading' && <Reading {...reading} />}
      {status === 'cancelled' && (
        <Alert severity="info" title={t('records.cancelled', 'The reading was stopped')}>
          <p>
            <Trans i18nKey="records.cancelled-what">What had come until then is shown: a part of the data.</Trans>
          </p>
          <Again onClick={reload} />
        </Alert>
      )}
      {status === 'failed' && (
        <Alert severity="error" title={t('records.failed', 'Loki did not answer')}>
          <p>{error}</p>
          {isShown && (
            <p>
              <Trans i18nKey="records.failed-what">
                What had come until then is shown: a part of the data. A shorter time range asks less of Loki.
              </Trans>
            </p>
          )}
          <Again onClick={reload} />
        </Alert>
      )}
      {partial.length > 0 && (
        <Alert severity="warning" title={t('records.partial', 'This is a part of the data')}>
          {partial.map((shortage) => (
            <p key={shortageText(shortage)}>{shortageText(shortage)}</p>
          ))}
        </Alert>
      )}
    </>
  );
}

const hasRecords = ({ records }: Records): boolean => Object.values(records).some((list) => list.length > 0);

/** In a corner of the window where something is shown already, so that nothing jumps when it comes and goes. */
function Reading({ progress, cancel, isShown }: ReadingStatusProps) {
  const styles = useStyles2(getStyles);
  const reading = (
    <div className={styles.reading} role="status">
      <div className={styles.bar}>
        <LoadingBar width={240} />
      </div>
      <span>{progress}</span>
      <Button size="sm" variant="secondary" fill="text" onClick={cancel}>
        <Trans i18nKey="records.cancel">Stop</Trans>
      </Button>
    </div>
  );
  return isShown ? <div className={styles.over}>{reading}</div> : reading;
}

const Again = ({ onClick }: { onClick: () => void }) => (
  <Button size="sm" variant="secondary" icon="sync" onClick={onClick}>
    <Trans i18nKey="records.again">Read again</Trans>
  </Button>
);

const getStyles = (theme: GrafanaTheme2) => ({
  reading: css({
    display: 'flex',
    alignItems: 'center',
    gap: theme.spacing(1),
    color: theme.colors.text.secondary,
    fontVariantNumeric: 'tabular-nums',
  }),
  over: css({
    ...{ position: 'fixed', right: theme.spacing(2), bottom: theme.spacing(2), zIndex: theme.zIndex.navbarFixed },
    padding: theme.spacing(0.5, 1),
    background: theme.colors.background.elevated ?? theme.colors.background.secondary,
    border: `1px solid ${theme.colors.border.weak}`,
    borderRadius: theme.shape.radius.default,
    boxShadow: theme.shadows.z2,
  }),
  bar: css({ width: 240, overflow: 'hidden', borderRadius: theme.shape.radius.default }),
});

/** How far a reading is. */
export function progressText({ read, total }: Progress): string {
  const known = { read: read.toLocaleString(), total: total?.toLocaleString() };
  return total === undefined || total === 0 || total < read
    ? t('records.reading', 'Reading records: {{read}}', known)
    : t('records.reading-of', 'Reading records: {{read}} of {{total}}', known);
}

/** Why what is shown is a part of the data. */
export function shortageText(shortage: Shortage): string {
  switch (shortage.why) {
    case 'too-many':
      return t(
        'records.too-many',
        'The range holds {{total}} records of the kind {{kind}}; the newest {{read}} were read. Choose a shorter range for the others.',
        { ...shortage, total: shortage.total?.toLocaleString() ?? '?', read: shortage.read.toLocaleString() }
      );
    case 'one-millisecond':
      return t(
        'records.one-millisecond',
        'More records stand in the millisecond {{at}} than Grafana can page through; `afterlog cases` reads them all.',
        { at: new Date(shortage.at).toISOString() }
      );
    case 'unreadable':
      return t(
        'records.unreadable',
        'Lines that are no record this version knows: {{lines}}. They may come from a newer Afterlog.',
        { lines: shortage.lines.toLocaleString() }
      );
    case 'line-limit':
      return t('records.line-limit', 'The query gave as many lines as it may: {{lines}}. Older ones are left out.', {
        lines: shortage.lines.toLocaleString(),
      });
  }
}
