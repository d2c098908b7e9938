import React, { useCallback } from 'react';
import { t, Trans } from '../../shared/texts';
import { Alert, LinkButton, LoadingPlaceholder } from '@grafana/ui';
import type { NearNames, Question } from '../../../model/lookup';
import { findNearNames, findUnstarted } from '../../data/find-runs';
import type { LokiSource } from '../../data/loki-source';
import { LOOKUP_PATH } from '../../shared/paths';
import { useAnswer } from '../../shared/use-answer';
import { wordsIn } from '../../shared/words';
import { spanOfDays } from './search-params';

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
  loki,
  question: { targets, neverStarted },
  names,
  days,
  timeZone,
}: {
  loki: LokiSource;
  question: Question;
  names: string;
  days: number;
  timeZone: string;
}) {
  const isPod = targets.some(({ kind }) => kind === 'pod');
  const [target] = targets;
  const ask = useCallback(
    (signal: AbortSignal) => findNearNames(loki, target, spanOfDays(days), signal),
    [loki, target, days]
  );
  const near = useAnswer(ask);
  const askUnstarted = useCallback(
    (signal: AbortSignal) => findUnstarted(loki, targets, spanOfDays(days), signal),
    [loki, targets, days]
  );
  const unstarted = useAnswer(askUnstarted);
  if (unstarted.state === 'loading') {
    return <LoadingPlaceholder text={t('lookup.loading', 'Looking up {{names}}', { names })} />;
  }
  if (unstarted.state === 'done' && unstarted.value.length > 0) {
    const words = wordsIn(timeZone);
    return (
      <Alert severity="info" title={t('lookup.not-started', 'No log: no container of it started')}>
        {unstarted.value.map(({ target: { kind }, codes }, index) => (
          <p key={`${kind} ${index}`}>{words.renderAll(codes)}</p>
        ))}
      </Alert>
    );
  }
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
        {near.state === 'done' && <Near {...near.value} />}
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

/** What is like that which was asked for: each name looks itself up. */
function Near({ namespace, cluster, names }: NearNames) {
  const places = [
    namespace &&
      t('lookup.no-namespace', 'Namespace {{name}} has no records. Near it: {{near}}', {
        name: namespace.asked,
        near: namespace.near.join(', ') || '–',
      }),
    cluster &&
      t('lookup.no-cluster', 'Cluster {{name}} has no records. Near it: {{near}}', {
        name: cluster.asked,
        near: cluster.near.join(', ') || '–',
      }),
  ];
  return (
    <>
      {places.map((text) => text && <li key={text}>{text}</li>)}
      {names.length > 0 && (
        <li>
          <Trans i18nKey="lookup.did-you-mean">Did you mean one of these?</Trans>{' '}
          {names.map(({ kind, name, namespace: where }) => (
            <LinkButton
              key={`${where} ${kind}/${name}`}
              size="sm"
              variant="secondary"
              fill="text"
              href={lookupLink(kind, name, where)}
            >
              {`${where}: ${kind === 'pod' ? name : `${kind}/${name}`}`}
            </LinkButton>
          ))}
        </li>
      )}
    </>
  );
}

/** A question as somebody would ask kubectl: it names the namespace, too. */
const lookupLink = (kind: string, name: string, namespace: string) =>
  `${LOOKUP_PATH}?${new URLSearchParams({ q: `kubectl logs ${kind}/${name} -n ${namespace}` }).toString()}`;
