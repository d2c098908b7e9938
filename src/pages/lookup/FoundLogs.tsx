import React from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { RunLog } from '../../details/RunLog';
import type { FoundRun } from '../../data/found-run';
import type { LokiSource } from '../../data/loki-source';
import { RunList } from './RunList';
import { WhatHappened } from './WhatHappened';

/** What was found: beside the list of containers, what happened to one of them, and its log. */
export function FoundLogs({
  loki,
  runs,
  shown,
  timeZone,
}: {
  loki: LokiSource;
  runs: readonly FoundRun[];
  shown: FoundRun;
  timeZone: string;
}) {
  const styles = useStyles2(getStyles);
  return (
    <div className={styles.sides}>
      {runs.length > 1 && (
        <div className={styles.list}>
          <RunList runs={runs} shown={shown} />
        </div>
      )}
      <div className={styles.answer}>
        <WhatHappened key={`case ${shown.key}`} loki={loki} run={shown} timeZone={timeZone} />
        <RunLog key={`log ${shown.key}`} loki={loki} run={shown} timeZone={timeZone} />
      </div>
    </div>
  );
}

const getStyles = (theme: GrafanaTheme2) => ({
  sides: css({
    display: 'flex',
    alignItems: 'flex-start',
    gap: theme.spacing(2),
    [theme.breakpoints.down('md')]: { flexDirection: 'column' },
  }),
  list: css({
    flex: '0 0 auto',
    maxWidth: '42ch',
    [theme.breakpoints.down('md')]: { width: '100%', maxWidth: 'none' },
  }),
  answer: css({
    display: 'flex',
    flex: '1 1 0',
    flexDirection: 'column',
    gap: theme.spacing(2),
    minWidth: 0,
    [theme.breakpoints.down('md')]: { width: '100%' },
  }),
});
