import React, { useMemo } from 'react';
import { css } from '@emotion/css';
import type { GrafanaTheme2 } from '@grafana/data';
import { useStyles2 } from '@grafana/ui';
import { t } from '../../shared/texts';
import { RunLog } from '../../details/RunLog';
import type { FoundRun } from '../../../model/lookup';
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
  /** All of them together where it is undefined. */
  shown: FoundRun | undefined;
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
        {shown === undefined ? (
          <AllLogs loki={loki} runs={runs} timeZone={timeZone} />
        ) : (
          <>
            <WhatHappened key={`case ${shown.key}`} loki={loki} run={shown} timeZone={timeZone} />
            <OneLog key={`log ${shown.key}`} loki={loki} run={shown} timeZone={timeZone} />
          </>
        )}
      </div>
    </div>
  );
}

/** More logs than these in one view are more than anybody tells apart. */
const MAX_TOGETHER = 50;

function AllLogs({ loki, runs, timeZone }: { loki: LokiSource; runs: readonly FoundRun[]; timeZone: string }) {
  const newest = useMemo(() => runs.slice(0, MAX_TOGETHER), [runs]);
  return (
    <>
      {runs.length > MAX_TOGETHER && (
        <p>
          {t('lookup.newest-together', 'The logs of the newest {{shown}} of {{all}} containers.', {
            shown: MAX_TOGETHER,
            all: runs.length.toLocaleString(),
          })}
        </p>
      )}
      <RunLog loki={loki} runs={newest} timeZone={timeZone} />
    </>
  );
}

function OneLog({ loki, run, timeZone }: { loki: LokiSource; run: FoundRun; timeZone: string }) {
  const runs = useMemo(() => [run], [run]);
  return <RunLog loki={loki} runs={runs} timeZone={timeZone} />;
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
