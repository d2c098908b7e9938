import React from 'react';
import { t, Trans } from '../../shared/texts';
import { Alert } from '@grafana/ui';
import type { Question } from '../../../model/lookup';

/** For a text that names nothing to look up. */
export const Unreadable = ({ goneNode }: Question) => (
  <Alert severity="warning" title={t('lookup.unreadable', 'This names no pod, Job or container')}>
    {goneNode !== undefined && (
      <p>{t('lookup.gone-node', 'It says that node {{node}} is gone.', { node: goneNode })}</p>
    )}
    <Trans i18nKey="lookup.unreadable-what">
      Paste the name of a pod, job/NAME, cronjob/NAME, a container id of 6 digits or more, or the command and its error
      together.
    </Trans>
  </Alert>
);

/** For what is not in Loki: why that may be, and what else to try. */
export function NotFound({
  question: { targets, neverStarted },
  names,
  days,
}: {
  question: Question;
  names: string;
  days: number;
}) {
  const isPod = targets.some(({ kind }) => kind === 'pod');
  return (
    <Alert severity="warning" title={t('lookup.not-found', 'Nothing found for {{names}}', { names })}>
      <p>
        {t('lookup.not-found-what', '', {
          count: days,
          defaultValue_one: 'No account of it was written in the last day, and no line of it.',
          defaultValue_other:
            'No account of it was written in the last {{count}} days, and no line of it in the last day.',
        })}
      </p>
      {neverStarted && (
        <p>
          <Trans i18nKey="lookup.never-started">
            The text says that the container never started: then it has no log.
          </Trans>
        </p>
      )}
      <ul>
        <li>
          <Trans i18nKey="lookup.try-older">If it is older than that, look further back.</Trans>
        </li>
        <li>
          {isPod ? (
            <Trans i18nKey="lookup.try-job">
              If it is a Job’s name, ask for job/NAME; if a CronJob’s, for cronjob/NAME.
            </Trans>
          ) : (
            <Trans i18nKey="lookup.try-pod">If you know the pod’s name, ask for that.</Trans>
          )}
        </li>
        <li>
          <Trans i18nKey="lookup.no-agent">If Afterlog’s agent was not on its node, nobody kept its log.</Trans>
        </li>
      </ul>
    </Alert>
  );
}
