import React, { useMemo, useState } from 'react';
import { t, Trans } from '../shared/texts';
import { Alert, Button, LoadingPlaceholder, Stack } from '@grafana/ui';
import { type FoundRun, nameOf } from '../../model/lookup';
import type { LogSearch } from '../data/log-search';
import type { LokiSource } from '../data/loki-source';
import { DownloadLog } from './DownloadLog';
import { LogLines } from './LogLines';
import { LogToolbar } from './LogToolbar';
import { RunSwitches } from './RunSwitches';
import { runColors } from './run-colors';
import { type Log, useLog } from './use-log';

/** The log of container runs in one view, from its end backwards. @param runs the same array as long as they are the same */
export function RunLog({ loki, runs, timeZone }: { loki: LokiSource; runs: readonly FoundRun[]; timeZone: string }) {
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const [search, setSearch] = useState<LogSearch>();
  const [isWrapped, wrap] = useState(true);
  const mayGrow = runs.some(({ record }) => record?.final !== true);
  const [isLive, setLive] = useState(false);
  const shown = useMemo(() => runs.filter(({ key }) => !hidden.has(key)), [runs, hidden]);
  const log = useLog(loki, shown, search, isLive);
  const colors = useMemo(() => runColors(runs), [runs]);
  const [only] = runs;
  const label =
    runs.length === 1 && only !== undefined
      ? t('log.label', 'Log of {{name}}', { name: nameOf(only.who) })
      : t('log.label-all', 'Log of {{count}} containers', { count: runs.length });
  return (
    <section aria-label={label} aria-busy={log.isLoading}>
      <Stack direction="column" gap={1}>
        <LogToolbar
          search={search}
          onSearch={setSearch}
          isWrapped={isWrapped}
          onWrap={wrap}
          isLive={mayGrow ? isLive : undefined}
          onLive={setLive}
        >
          <DownloadLog loki={loki} runs={shown} />
        </LogToolbar>
        {runs.length > 1 && <RunSwitches runs={runs} colors={colors} hidden={hidden} onChange={setHidden} />}
        {log.failure !== undefined && (
          <Alert severity="error" title={t('log.failed', 'The log could not be loaded')}>
            {log.failure}
          </Alert>
        )}
        {log.isLoading && log.lines.length === 0 ? (
          <LoadingPlaceholder text={t('log.loading', 'Loading the log')} />
        ) : (
          <Amount log={log} runs={shown} search={search} />
        )}
        {!log.isWhole && log.lines.length > 0 && (
          <div>
            <Button
              variant="secondary"
              icon={log.isLoading ? 'spinner' : 'arrow-up'}
              disabled={log.isLoading}
              onClick={log.readEarlier}
            >
              <Trans i18nKey="log.earlier">Load earlier lines</Trans>
            </Button>
          </div>
        )}
        {log.lines.length > 0 && (
          <LogLines
            lines={log.lines}
            search={search}
            isWrapped={isWrapped}
            colors={runs.length > 1 ? colors : undefined}
            timeZone={timeZone}
            isLive={isLive}
          />
        )}
      </Stack>
    </section>
  );
}

/** How much of the log is shown, and whether Loki has less than it had. */
function Amount({
  log: { lines, isWhole, failure },
  runs,
  search,
}: {
  log: Log;
  runs: readonly FoundRun[];
  search: LogSearch | undefined;
}) {
  const acked = runs.reduce((sum, { record }) => sum + (record?.linesAcked ?? 0), 0);
  const counts = { count: lines.length, shown: lines.length.toLocaleString(), all: acked.toLocaleString() };
  if (search !== undefined) {
    return (
      <p role="status">
        {isWhole
          ? t('log.matching', '', {
              ...counts,
              defaultValue_one: '{{shown}} line with “{{text}}”',
              defaultValue_other: '{{shown}} lines with “{{text}}”',
              text: search.text,
            })
          : t('log.last-matching', 'The last {{shown}} lines with “{{text}}”', { ...counts, text: search.text })}
      </p>
    );
  }
  return (
    <>
      <p>
        {isWhole
          ? t('log.lines', '', {
              ...counts,
              defaultValue_one: '{{shown}} line',
              defaultValue_other: '{{shown}} lines',
            })
          : acked > lines.length
            ? t('log.last-of', 'The last {{shown}} of {{all}} lines', counts)
            : failure === undefined && t('log.last', 'The last {{shown}} lines', counts)}
      </p>
      {isWhole && lines.length < acked && (
        <Alert severity="warning" title={t('log.gone', 'Lines are in Loki no longer')}>
          <Trans i18nKey="log.gone-what" values={counts}>
            {'Loki had acknowledged {{all}} lines and gives {{shown}} now: its retention deletes what is old.'}
          </Trans>
        </Alert>
      )}
    </>
  );
}
