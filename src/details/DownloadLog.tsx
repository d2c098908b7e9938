import React, { useEffect, useRef, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { t, Trans } from '../shared/texts';
import { Button, useStyles2 } from '@grafana/ui';
import { errorText } from '../../model/error-text';
import { sizeText } from '../../model/messages/format';
import type { FoundRun, LogLine } from '../../model/lookup';
import { type LogProgress, readWholeLog } from '../data/log-reader';
import type { LokiSource } from '../data/loki-source';
import { download } from '../shared/download';

type Download = { state: 'none' } | { state: 'under-way'; progress: LogProgress } | { state: 'failed'; why: string };

/** Saves all lines of container runs as one file, however many there are, page by page; it can be cancelled. */
export function DownloadLog({ loki, runs }: { loki: LokiSource; runs: readonly FoundRun[] }) {
  const styles = useStyles2(getStyles);
  const [now, setNow] = useState<Download>({ state: 'none' });
  const stop = useRef<AbortController>(undefined);
  useEffect(() => () => stop.current?.abort(), [runs]);
  const start = async () => {
    const control = new AbortController();
    stop.current = control;
    setNow({ state: 'under-way', progress: { lines: 0, bytes: 0 } });
    try {
      const file = await readWholeLog(loki, runs, prefixFor(runs), {
        signal: control.signal,
        onProgress: (progress) => !control.signal.aborted && setNow({ state: 'under-way', progress }),
      });
      download(`${fileName(runs)}.log`, file);
      setNow({ state: 'none' });
    } catch (reason) {
      setNow(control.signal.aborted ? { state: 'none' } : { state: 'failed', why: errorText(reason) });
    }
  };
  if (now.state === 'under-way') {
    const { lines, bytes } = now.progress;
    const all = totalOf(runs);
    const values = {
      shown: lines.toLocaleString(),
      all: all?.toLocaleString() ?? '',
      size: sizeText(bytes) ?? `${bytes} B`,
    };
    return (
      <span className={styles.progress}>
        <progress
          aria-label={t('log.downloading-label', 'Download')}
          {...(all !== undefined && { max: Math.max(all, lines), value: lines })}
        />
        <span>
          {all === undefined
            ? t('log.downloading', '{{shown}} lines, {{size}}', values)
            : t('log.downloading-of', '{{shown}} of {{all}} lines, {{size}}', values)}
        </span>
        <Button variant="secondary" fill="text" onClick={() => stop.current?.abort()}>
          <Trans i18nKey="log.cancel">Cancel</Trans>
        </Button>
      </span>
    );
  }
  return (
    <span className={styles.progress}>
      <Button variant="secondary" icon="download-alt" onClick={() => void start()}>
        <Trans i18nKey="log.download">Download</Trans>
      </Button>
      {now.state === 'failed' && (
        <span role="alert">{t('log.download-failed', 'The download failed: {{why}}', { why: now.why })}</span>
      )}
    </span>
  );
}

/** How many lines there are, where the records of all runs tell. */
function totalOf(runs: readonly FoundRun[]): number | undefined {
  return runs.every(({ record }) => record?.final)
    ? runs.reduce((sum, { record }) => sum + (record?.linesAcked ?? 0), 0)
    : undefined;
}

/** As `kubectl logs --prefix` has it, where there is more than one container run. */
function prefixFor(runs: readonly FoundRun[]): (line: LogLine) => string {
  return runs.length > 1 ? ({ origin: { pod, container } }) => `[pod/${pod}/${container}] ` : () => '';
}

function fileName(runs: readonly FoundRun[]): string {
  const [first] = runs;
  const { namespace, pod, container, restart } = first?.who ?? {};
  const parts = runs.length > 1 ? [namespace, first?.job ?? first?.workload] : [namespace, pod, container, restart];
  return parts.filter((part) => part != null).join('_');
}

const getStyles = (theme: GrafanaTheme2) => ({
  progress: css({ display: 'inline-flex', flexWrap: 'wrap', alignItems: 'center', gap: theme.spacing(1) }),
});
