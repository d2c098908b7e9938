import React, { useCallback, useMemo } from 'react';
import { t, Trans } from '../../shared/texts';
import { Alert, LoadingPlaceholder, Stack } from '@grafana/ui';
import { nameOfTarget, parseQuestion, type Target } from '../../../model/lookup';
import { useLoki } from '../../app/app-context';
import { findRuns, type Found } from '../../data/find-runs';
import { useAnswer } from '../../shared/use-answer';
import { FoundLogs } from './FoundLogs';
import { NotFound, Unreadable } from './NothingFound';
import { ALL_RUNS, type Asked, spanOfDays } from './search-params';

/** What a question leads to: the container runs, what happened to one of them, and its log; or what to do. */
export function LookupAnswer({
  asked: { q, days, run },
  timeZone,
}: {
  asked: Pick<Asked, 'q' | 'days' | 'run'>;
  timeZone: string;
}) {
  const question = useMemo(() => parseQuestion(q), [q]);
  const loki = useLoki();
  const ask = useCallback(
    (signal: AbortSignal) => findRuns(loki, question, spanOfDays(days), signal),
    [loki, question, days]
  );
  const answer = useAnswer<Found>(question.targets.length === 0 ? undefined : ask);
  switch (answer.state) {
    case 'none':
      return <Unreadable {...question} />;
    case 'loading':
      return (
        <LoadingPlaceholder text={t('lookup.loading', 'Looking up {{names}}', { names: namesOf(question.targets) })} />
      );
    case 'failed':
      return (
        <Alert severity="error" title={t('lookup.failed', 'Loki did not answer')}>
          <p>{answer.why}</p>
          <Trans i18nKey="lookup.failed-what">Look again with less time, or see whether the data source works.</Trans>
        </Alert>
      );
    case 'done': {
      const { runs, misses, isPart } = answer.value;
      const isTogether = run === ALL_RUNS && runs.length > 1;
      const shown = isTogether ? undefined : (runs.find(({ key }) => key === run) ?? runs[0]);
      return runs.length === 0 ? (
        <NotFound loki={loki} question={question} names={namesOf(question.targets)} days={days} timeZone={timeZone} />
      ) : (
        <Stack direction="column" gap={2}>
          {isPart && (
            <Alert severity="info" title={t('lookup.part', 'Part of it')}>
              <Trans i18nKey="lookup.part-what">
                More was asked for, or found, than is looked up at once. Ask for a single pod, or for less time.
              </Trans>
            </Alert>
          )}
          {misses.length > 0 && (
            <Alert
              severity="info"
              title={t('lookup.not-found', 'Nothing found for {{names}}', {
                names: namesOf(misses.map(({ target }) => target)),
              })}
            />
          )}
          <FoundLogs loki={loki} runs={runs} shown={shown} timeZone={timeZone} />
        </Stack>
      );
    }
  }
}

const namesOf = (targets: readonly Target[]) => targets.map(nameOfTarget).join(', ');
