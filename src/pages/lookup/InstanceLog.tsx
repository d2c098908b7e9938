import React, { useCallback, useMemo, useState } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { Alert, Button, LoadingPlaceholder, useStyles2 } from '@grafana/ui';
import { count, nameOf } from '../../../model/lookup';
import { formatNs } from '../../../model/time';
import type { Instance } from '../../loki/instance';
import { linesOf, type LogPart, readLog } from '../../loki/instance-log';
import type { LokiSource } from '../../loki/loki-source';
import { useAnswer } from '../use-answer';

/** A container instance's log, from its end backwards. */
export function InstanceLog({ loki, instance }: { loki: LokiSource; instance: Instance }) {
  const [known, setKnown] = useState<LogPart>();
  const read = useCallback(() => readLog(loki, instance, known), [loki, instance, known]);
  const answer = useAnswer(read);
  const part = answer.state === 'done' ? answer.value : known;
  return (
    <section aria-label={`Log of ${nameOf(instance.who)}`} aria-busy={answer.state === 'loading'}>
      {answer.state === 'loading' && <LoadingPlaceholder text="Loading the log" />}
      {answer.state === 'failed' && (
        <Alert severity="error" title="The log could not be loaded">
          {answer.why}
        </Alert>
      )}
      {part !== undefined && <Lines part={part} instance={instance} />}
      {answer.state === 'done' && !answer.value.isWhole && (
        <Button variant="secondary" icon="arrow-up" onClick={() => setKnown(answer.value)}>
          Load earlier lines
        </Button>
      )}
    </section>
  );
}

function Lines({ part, instance: { record } }: { part: LogPart; instance: Instance }) {
  const styles = useStyles2(getStyles);
  const lines = useMemo(() => linesOf(part.entries), [part]);
  const acked = record?.linesAcked ?? 0;
  return (
    <>
      <p>
        {part.isWhole ? count(lines.length, 'line') : `The last ${count(lines.length, 'line')}`}
        {!part.isWhole && acked > lines.length && ` of ${acked.toLocaleString('en-US')}`}
        {lines.length > 0 && ', times in UTC'}
      </p>
      {part.isWhole && lines.length < acked && (
        <Alert severity="warning" title={`${count(acked - lines.length, 'line')} are in Loki no longer`}>
          Loki had acknowledged {count(acked, 'line')} and gives {lines.length.toLocaleString('en-US')} now: its
          retention deletes what is old.
        </Alert>
      )}
      {lines.length > 0 && (
        // A region that scrolls is one that the keyboard must reach.
        <pre className={styles.log} tabIndex={0}>
          {lines.map(({ ns, text, isError }, i) => (
            <div key={i} className={isError ? styles.error : undefined}>
              <time className={styles.time}>{formatNs(ns).slice(0, 23).replace('T', ' ')}</time> {text}
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
